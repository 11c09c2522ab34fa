import type { Parameter } from '../../checkpoint/parameters.js';
import type { PlacedWeights } from '../../checkpoint/safetensors-file.js';
import { attendByLane, laneInputs, type LaneOptions } from '../../graph/attention.js';
import { linear, linears, rowZeros } from '../../graph/linear.js';
import { GraphBuilder, type Graph, type Value } from '../../graph/onnx.js';
import type { RandarWeights } from './weights.js';

/**
 * RandAR's transformer: builds the graph of a decoding step. The residual stream, which the fused operators below hide
 * (they add and normalize in one):
 *
 *     for each layer:
 *       x = x + wo(attention(rotate(q), rotate(k), v))   where q, k, v = wqkv(rmsNorm(x))
 *       x = x + w2(silu(w1(y)) * w3(y))                  where y = rmsNorm(x)
 *     logits = output(rmsNorm(x))
 *
 * Source: ziqipang/RandAR, RandAR/model/randar_gpt.py and llamagen_gpt.py.
 *
 * The graph does not know what a position means (class token, position instruction, image token): a step feeds embedding
 * rows, their rotations and the cache, so one graph serves every order, grid and use.
 *
 * The step is for several lanes. A lane is a generation: S new positions of R sequences, after P cached ones. Matmuls with
 * weights take the rows of all lanes together, so weights are read once. Attention is separate for each lane, so no lane
 * is padded to another's length or sees another's rows. Lanes are position-major, so a cache is one array per layer whose
 * first P positions are a view, and new positions are appended with one copy.
 *
 * Inputs, where N is the sum of S*R over the lanes: x [N, D], lane after lane; cos, sin [N, headDimension/2]; index [N, 1],
 * counting up; lanes [L], S*R of each lane, if there are several; wanted [W], the rows whose logits are needed. For lane l:
 * mask.l [S, P + S], added to the scores; split.l [2] = P, S; heads.l [3] = S, R*H, headDimension; pastK.l.i, pastV.l.i
 * [P, R*H, headDimension] of layer i. P is at least 1: ONNX Runtime's matmul divides by the size of an empty past.
 * Outputs: logits [W, vocabulary]; those of attendByLane.
 *
 * @param end Where the graph ends: after the last layer of `weights`, with hidden [N, D], or with the logits. The former
 *   lets a transformer that does not fit in memory run layer by layer.
 */
export function buildRandarStepGraph(
  { shape, layers, norm, output }: RandarWeights,
  file: PlacedWeights,
  { end = 'logits', ...laneOptions }: StepGraphOptions = {},
): Graph {
  const { dimension, headDimension, vocabulary } = shape;
  const graph = new GraphBuilder('transformer-step');
  let hidden = graph.input('x', 'float32', ['N', dimension]);
  const rotation: Rotation = {
    cos: graph.input('cos', 'float32', ['N', headDimension / 2]),
    sin: graph.input('sin', 'float32', ['N', headDimension / 2]),
    index: graph.input('index', 'int64', ['N', 1]),
  };
  const lanes = laneInputs(graph, laneOptions);
  const last = end === 'logits' ? layers.length - 1 : undefined;
  let zeros = rowZeros(graph, hidden);
  let added: Value | undefined;
  for (const [i, layer] of layers.entries()) {
    const before = addAndNorm(graph, hidden, added, layer.attentionNorm);
    const qkv = linear(graph, before.normed, layer.wqkv, zeros);
    const [qkFlat, v] = split(graph, qkv, [2 * dimension, dimension]);
    const [q, k] = split(graph, rotate(graph, qkFlat, rotation, 2 * shape.heads), [dimension, dimension]);
    let context = attendByLane(graph, { q, k, v }, lanes, i, shape);
    hidden = before.hidden;
    if (i === last) {
      // From here on rows do not interact, so only the wanted ones are computed.
      const wanted = graph.input('wanted', 'int64', ['W']);
      context = graph.node('Gather', [context, wanted], { axis: 0 });
      hidden = graph.node('Gather', [hidden, wanted], { axis: 0 });
      zeros = rowZeros(graph, hidden);
    }
    const between = addAndNorm(graph, hidden, linear(graph, context, layer.wo, zeros), layer.ffnNorm);
    const [gate, up] = linears(graph, between.normed, [layer.w1, layer.w3], zeros) as [Value, Value];
    const silu = graph.node('com.microsoft.QuickGelu', [gate], { alpha: { float: 1 } });
    added = linear(graph, graph.node('Mul', [silu, up]), layer.w2, zeros);
    hidden = between.hidden;
  }

  if (end === 'hidden') {
    const sum = added === undefined ? hidden : graph.node('Add', [hidden, added]);
    graph.output('hidden', sum, 'float32', ['N', dimension]);
    return graph.build(file);
  }
  const { normed } = addAndNorm(graph, hidden, added, norm);
  graph.output('logits', linear(graph, normed, output, zeros), 'float32', ['W', vocabulary]);
  return graph.build(file);
}

export interface StepGraphOptions extends LaneOptions {
  readonly end?: 'hidden' | 'logits';
}

export interface Rotation {
  readonly cos: Value;
  readonly sin: Value;
  readonly index: Value;
}

/**
 * Interleaved rotary embedding: pairs (x0, x1), (x2, x3) ... of each head are rotated by their position's angles. The
 * operator looks angles up in a table by index and expects sequences, so each row is a sequence, [N, 1, D].
 */
export function rotate(graph: GraphBuilder, flat: Value, { cos, sin, index }: Rotation, heads: number): Value {
  const sequence = graph.node('Unsqueeze', [flat, graph.ints([1])]);
  return graph.node('com.microsoft.RotaryEmbedding', [sequence, index, cos, sin], { interleaved: 1, num_heads: heads });
}

/** Splits the last dimension in two. */
function split(graph: GraphBuilder, x: Value, sizes: readonly [number, number]): [Value, Value] {
  return graph.nodes('Split', [x, graph.ints(sizes)], 2, { axis: -1 }) as [Value, Value];
}

/** x, plus `added` if given, and its RMS norm. */
export function addAndNorm(
  graph: GraphBuilder,
  x: Value,
  added: Value | undefined,
  scale: Parameter,
): { readonly hidden: Value; readonly normed: Value } {
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
