import type { PlacedWeights } from '../../checkpoint/safetensors-file.js';
import { drawTokens } from '../../graph/draw.js';
import { linear, type Matrix } from '../../graph/linear.js';
import { GraphBuilder, type Graph, type Value } from '../../graph/onnx.js';
import { pagedAttention } from '../../graph/paged-attention.js';
import type { DeviceGraphOptions } from '../device-transformer.js';
import type { DeviceTables } from './device-layout.js';
import { addAndNorm, rotate, type Rotation } from './step-graph.js';
import type { RandarWeights } from './weights.js';

/**
 * RandAR's transformer for a device, from row indices to drawn tokens. Computes the same as `buildRandarStepGraph`, but
 * updates the cache in place and includes sampling: a step sends a few hundred bytes and receives fewer.
 *
 *     x = embeddings[embedding]
 *     for each layer:  x += attention(rmsnorm(x)) wo;  x += (silu(rmsnorm(x) w1) * (rmsnorm(x) w3)) w2
 *     logits = rmsnorm(x[wanted]) output
 *     token = draw(mix logits, uniform)
 *
 * Inputs: embedding [N], int32, and rotation [N], int64: row indices into `tables`; wanted [W], int32: indices into the N
 * rows; and those of pagedAttention and drawTokens. Its outputs are theirs.
 */
export function buildRandarDeviceGraph(
  { shape, layers, norm, output, tokenEmbeddings, classEmbeddings }: RandarWeights,
  file: PlacedWeights,
  tables: DeviceTables,
  { floatType, spelled }: DeviceGraphOptions,
): Graph {
  const { dimension, headDimension, heads, vocabulary } = shape;
  const graph = new GraphBuilder('device-step', floatType);
  const table = (numbers: Float32Array, width: number) => graph.floats(numbers, [numbers.length / width, width]);

  const embeddings = graph.node(
    'Concat',
    [graph.weight(tokenEmbeddings), graph.weight(classEmbeddings), table(tables.otherRows, dimension)],
    { axis: 0 },
  );
  const embedding = graph.input('embedding', 'int32', ['N']);
  let hidden = graph.node('Gather', [embeddings, embedding], { axis: 0 });
  const rotation: Rotation = {
    cos: table(tables.cos, headDimension / 2),
    sin: table(tables.sin, headDimension / 2),
    index: graph.node('Unsqueeze', [graph.input('rotation', 'int64', ['N']), graph.ints([1])]),
  };
  const wanted = graph.input('wanted', 'int32', ['W']);
  const asked = (value: Value) => graph.node('Gather', [value, wanted], { axis: 0 });
  const attend = pagedAttention(graph, shape, spelled);
  let added: Value | undefined;
  for (const [i, layer] of layers.entries()) {
    const before = addAndNorm(graph, hidden, added, layer.attentionNorm);
    // Three equal parts: CUDA's kernel for unequal parts copies from the host, which a captured graph must not do.
    const qkv = linear(graph, before.normed, layer.wqkv);
    const [qFlat, kFlat, v] = graph.nodes('Split', [qkv], 3, { axis: -1, num_outputs: 3 }) as [Value, Value, Value];
    const [q, k] = [qFlat, kFlat].map((flat) =>
      graph.node('Squeeze', [rotate(graph, flat, rotation, heads), graph.ints([1])]),
    ) as [Value, Value];
    let context = attend(i, { q, k, v });
    hidden = before.hidden;
    if (i === layers.length - 1) [context, hidden] = [asked(context), asked(hidden)];

    const between = addAndNorm(graph, hidden, linear(graph, context, layer.wo), layer.ffnNorm);
    const [gate, up] = gateAndUp(graph, between.normed, layer.w1, layer.w3);
    const silu = graph.node('com.microsoft.QuickGelu', [gate], { alpha: { float: 1 } });
    added = linear(graph, graph.node('Mul', [silu, up]), layer.w2);
    hidden = between.hidden;
  }
  const { normed } = addAndNorm(graph, hidden, added, norm);
  drawTokens(graph, linear(graph, normed, output), vocabulary);
  return graph.build(file);
}

/** Computes two products of the same rows as one: the time of a small step is the number of kernel launches. */
function gateAndUp(graph: GraphBuilder, x: Value, w1: Matrix, w3: Matrix): [Value, Value] {
  const both = graph.node('Concat', [graph.weight(w1.weight), graph.weight(w3.weight)], { axis: 0 });
  const product = graph.node('Gemm', [x, both], { transB: 1 });
  return graph.nodes('Split', [product], 2, { axis: -1, num_outputs: 2 }) as [Value, Value];
}
