import type { PlacedWeights } from '../checkpoint/safetensors-file.js';
import { attendByLane, laneInputs } from './attention.js';
import { linear, linears, rowZeros } from './linear.js';
import { GraphBuilder, type Graph, type Value } from './onnx.js';
import type { TransformerShape, TransformerWeights } from './transformer-weights.js';

/**
 * RandAR's transformer: parameters in, the graph of one decoding step out.
 * Source: ziqipang/RandAR, RandAR/model/randar_gpt.py and llamagen_gpt.py.
 *
 * What a position means (class token, position instruction, image token) stays outside: a step feeds embedding rows,
 * their rotations and the cache, so that one graph serves every order, grid and use.
 *
 * One step of several lanes. A lane is a generation: S new positions of R rows after P cached ones, each its own. All
 * that multiplies with a weight sees the rows of all lanes together, so that weights are read once; attention is each
 * lane's own, so that no lane is padded to another's length and none sees another's rows. Positions are major in a lane,
 * so that its cache is one array per layer whose first P positions are a view, and new positions are written behind it in
 * one copy.
 *
 * Inputs, N being the sum of S*R over the lanes: x [N, D], lane after lane; cos, sin [N, headDimension/2]; index [N, 1]
 * counts up; lanes [L] = S*R of each lane, where there are several; wanted [W] rows whose logits are asked for. Of lane l:
 * mask.l [S, P + S] added to the scores; split.l [2] = P, S; heads.l [3] = S, R*H, headDimension; pastK.l.i, pastV.l.i
 * [P, R*H, headDimension] of layer i, P at least 1: ONNX Runtime's matrix products divide by the size of an empty past.
 * Outputs: logits [W, vocabulary]; newK.i [N, 1, D], newV.i [N, D], lane after lane.
 *
 * @param end where the graph ends: behind the last layer of `weights`, with hidden [N, D], or with the logits. So a
 *   transformer that is too large for the memory can be run layer by layer.
 */
export function buildStepGraph(
  { shape, layers, norm, output }: TransformerWeights,
  file: PlacedWeights,
  { lanes: count = 1, end = 'logits' }: StepGraphOptions = {},
): Graph {
  const { dimension, headDimension, vocabulary } = shape;
  const graph = new GraphBuilder('transformer-step');
  let hidden = graph.input('x', 'float32', ['N', dimension]);
  const rotation: Rotation = {
    cos: graph.input('cos', 'float32', ['N', headDimension / 2]),
    sin: graph.input('sin', 'float32', ['N', headDimension / 2]),
    index: graph.input('index', 'int64', ['N', 1]),
  };
  const lanes = laneInputs(graph, count);
  const zeros = rowZeros(graph, hidden);
  for (const [i, layer] of layers.entries()) {
    const normed = rmsNorm(graph, hidden, graph.weight(layer.attentionNorm));
    const qkv = linear(graph, normed, layer.wqkv, zeros);
    const [qFlat, kFlat, v] = graph.nodes('Split', [qkv], 3, { axis: 1, num_outputs: 3 }) as [Value, Value, Value];
    const q = rotate(graph, qFlat, rotation, shape);
    const k = rotate(graph, kFlat, rotation, shape);
    graph.output(`newK.${i}`, k, 'float32', ['N', 1, dimension]);
    graph.output(`newV.${i}`, v, 'float32', ['N', dimension]);

    const context = attendByLane(graph, { q, k, v }, lanes, i, shape);
    hidden = graph.node('Add', [hidden, linear(graph, context, layer.wo, zeros)]);

    const ffnIn = rmsNorm(graph, hidden, graph.weight(layer.ffnNorm));
    const [gate, up] = linears(graph, ffnIn, [layer.w1, layer.w3], zeros) as [Value, Value];
    const silu = graph.node('com.microsoft.QuickGelu', [gate], { alpha: { float: 1 } });
    const gated = graph.node('Mul', [silu, up]);
    const down = linear(graph, gated, layer.w2, zeros);
    hidden = graph.node('Add', [hidden, down]);
  }

  if (end === 'hidden') {
    graph.output('hidden', hidden, 'float32', ['N', dimension]);
    return graph.build(file);
  }
  const asked = graph.node('Gather', [hidden, graph.input('wanted', 'int64', ['W'])], { axis: 0 });
  const last = rmsNorm(graph, asked, graph.weight(norm));
  graph.output('logits', linear(graph, last, output), 'float32', ['W', vocabulary]);
  return graph.build(file);
}

export interface StepGraphOptions {
  readonly lanes?: number;
  readonly end?: 'hidden' | 'logits';
}

interface Rotation {
  readonly cos: Value;
  readonly sin: Value;
  readonly index: Value;
}

/**
 * Interleaved rotary embedding: pairs (x0, x1), (x2, x3) ... of each head turn by their position's angles. The operator
 * looks its angles up in a table by index; ours holds one row for each row fed, so the index counts. It wants a sequence:
 * each row is one of its own, [N, 1, D].
 */
function rotate(graph: GraphBuilder, flat: Value, rotation: Rotation, shape: TransformerShape): Value {
  const sequence = graph.node('Unsqueeze', [flat, graph.ints([1])]);
  return graph.node('com.microsoft.RotaryEmbedding', [sequence, rotation.index, rotation.cos, rotation.sin], {
    interleaved: 1,
    num_heads: shape.heads,
  });
}

function rmsNorm(graph: GraphBuilder, x: Value, scale: Value): Value {
  return graph.node('SimplifiedLayerNormalization', [x, scale], { axis: -1, epsilon: { float: 1e-5 } });
}
