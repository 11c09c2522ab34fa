import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { Parameter } from '../checkpoint/parameters.js';
import type { PlacedWeights } from '../checkpoint/safetensors-file.js';
import type { DeviceTables } from '../decoding/randar-device.js';
import { drawTokens } from './draw.js';
import type { Matrix } from './linear.js';
import { GraphBuilder, type Graph, type Value } from './onnx.js';
import { pagedAttention } from './paged-attention.js';
import type { TransformerWeights } from './transformer-weights.js';

export interface DeviceGraphOptions {
  /** What weights, activations and the cache are on the device. */
  readonly floatType: 'F16' | 'F32';
  /** See pagedAttention. */
  readonly spelled: boolean;
}

/**
 * RandAR's transformer for a device, from the numbers of a step's positions to the tokens that it draws. It computes what
 * `buildStepGraph` does, with the cache in place and the draw inside: a step sends a few hundred bytes and gets fewer.
 *
 *     x = embeddings[embedding]
 *     for each layer:  x += attention(rmsnorm(x)) wo;  x += (silu(rmsnorm(x) w1) * (rmsnorm(x) w3)) w2
 *     logits = rmsnorm(x[wanted]) output
 *     token = draw(mix logits, uniform)
 *
 * Inputs: embedding [N], int32, rows of `tables`; rotation [N], int64, likewise; wanted [W], int32, among the N;
 * those of pagedAttention and drawTokens, whose outputs are the graph's.
 */
export function buildDeviceGraph(
  { shape, layers, norm, output, tokenEmbeddings, classEmbeddings }: TransformerWeights,
  file: PlacedWeights,
  tables: DeviceTables,
  { floatType, spelled }: DeviceGraphOptions,
): Graph {
  const { dimension, headDimension, heads, vocabulary } = shape;
  const graph = new GraphBuilder('device-step', floatType);
  const narrow = (value: Value) => (floatType === 'F16' ? graph.cast(value, 'F16') : value);
  const constant = (numbers: Float32Array, width: number) =>
    narrow(graph.floats(numbers, [numbers.length / width, width]));

  const embeddings = graph.node(
    'Concat',
    [graph.weight(tokenEmbeddings), graph.weight(classEmbeddings), constant(tables.otherRows, dimension)],
    { axis: 0 },
  );
  const embedding = graph.input('embedding', 'int32', ['N']);
  let hidden = graph.node('Gather', [embeddings, embedding], { axis: 0 });
  const rotation: Rotation = {
    cos: constant(tables.cos, headDimension / 2),
    sin: constant(tables.sin, headDimension / 2),
    index: graph.node('Unsqueeze', [graph.input('rotation', 'int64', ['N']), graph.ints([1])]),
  };
  const wanted = graph.input('wanted', 'int32', ['W']);
  const asked = (value: Value) => graph.node('Gather', [value, wanted], { axis: 0 });
  const attend = pagedAttention(graph, shape, spelled);
  let added: Value | undefined;
  for (const [i, layer] of layers.entries()) {
    const before = addAndNorm(graph, hidden, added, layer.attentionNorm);
    // Three equal parts: CUDA's kernel for unequal ones copies addresses from the host, which a captured graph must not.
    const [qFlat, kFlat, v] = split(graph, product(graph, before.normed, layer.wqkv), [
      dimension,
      dimension,
      dimension,
    ]);
    const [q, k] = [rotate(graph, qFlat, rotation, heads), rotate(graph, kFlat, rotation, heads)];
    let context = attend(i, { q, k, v });
    hidden = before.hidden;
    if (i === layers.length - 1) [context, hidden] = [asked(context), asked(hidden)];

    const between = addAndNorm(graph, hidden, product(graph, context, layer.wo), layer.ffnNorm);
    const [gate, up] = gateAndUp(graph, between.normed, layer.w1, layer.w3);
    const silu = graph.node('com.microsoft.QuickGelu', [gate], { alpha: { float: 1 } });
    added = product(graph, graph.node('Mul', [silu, up]), layer.w2);
    hidden = between.hidden;
  }
  const { normed } = addAndNorm(graph, hidden, added, norm);
  drawTokens(graph, product(graph, normed, output), vocabulary);
  return graph.build(file);
}

/** x W': Gemm reads the matrix as its file holds it, so nothing is transposed when a session is made. */
function product(graph: GraphBuilder, x: Value, matrix: Matrix): Value {
  return graph.node('Gemm', [x, floatsOf(graph, matrix)], { transB: 1 });
}

/** Two products of the same rows as one: a small step is bound by how many kernels it launches. */
function gateAndUp(graph: GraphBuilder, x: Value, w1: Matrix, w3: Matrix): [Value, Value] {
  const both = graph.node('Concat', [floatsOf(graph, w1), floatsOf(graph, w3)], { axis: 0 });
  const [gate, up] = split(graph, graph.node('Gemm', [x, both], { transB: 1 }), [w1.shape[0], w3.shape[0]]);
  return [gate as Value, up as Value];
}

function floatsOf(graph: GraphBuilder, { kind, weight }: Matrix): Value {
  if (kind !== 'float') {
    throw new CheckpointError(
      `a device decodes with floats, "${weight.name}" is ${kind}: import the model with --keep-floats`,
    );
  }
  return graph.weight(weight);
}

interface Rotation {
  /** [positions that differ, headDimension / 2] */
  readonly cos: Value;
  readonly sin: Value;
  /** [N, 1] */
  readonly index: Value;
}

/** Pairs (x0, x1), (x2, x3) ... of each head turn by their position's angles: [N, D] to [N, D]. */
function rotate(graph: GraphBuilder, flat: Value, { cos, sin, index }: Rotation, heads: number): Value {
  const sequence = graph.node('Unsqueeze', [flat, graph.ints([1])]);
  const turned = graph.node('com.microsoft.RotaryEmbedding', [sequence, index, cos, sin], {
    interleaved: 1,
    num_heads: heads,
  });
  return graph.node('Squeeze', [turned, graph.ints([1])]);
}

function split(graph: GraphBuilder, x: Value, sizes: readonly number[]): [Value, Value, Value] {
  return graph.nodes('Split', [x, graph.ints(sizes)], sizes.length, { axis: -1 }) as [Value, Value, Value];
}

/** x + added if there is something to add, and its RMS norm. */
function addAndNorm(graph: GraphBuilder, x: Value, added: Value | undefined, scale: Parameter) {
  const epsilon = { float: 1e-5 };
  const gain = graph.weight(scale);
  if (added === undefined) {
    const normed = graph.node('SimplifiedLayerNormalization', [x, gain], { axis: -1, epsilon });
    return { hidden: x, normed };
  }
  // Outputs 1 and 2 are for training.
  const [normed, , , hidden] = graph.nodes('com.microsoft.SkipSimplifiedLayerNormalization', [x, added, gain], 4, {
    epsilon,
  }) as [Value, Value, Value, Value];
  return { hidden, normed };
}
