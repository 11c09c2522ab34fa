import type { GraphBuilder, Value } from './onnx.js';

/**
 * Guidance, temperature and the draw of tokens as graph nodes, so that no logits leave a device.
 *
 * logits [W, V] are the rows of all sequences that are asked for. Inputs, for T tokens to draw: mix [T, W], float64, by
 * which a token's row is made of those of its sequences, temperature included (`mixingRow`); uniform [T, 1], float64, in
 * [0, 1). Outputs: token [T, 1], int64; probability [T, 1], float32; values [T, V], float64, the mixed rows, for whoever
 * draws from them elsewhere. A run that does not fetch `values` copies nothing of them.
 *
 * Logits are mixed and shares added up in float64, as the sampler on the host does: the same random number then draws the
 * same token from the same logits. No node needs cuDNN, and none copies from the host in a run: a captured graph would replay a stale address.
 */
export function drawTokens(graph: GraphBuilder, logits: Value, vocabulary: number): void {
  const mix = graph.input('mix', 'float64', ['T', 'W']);
  const uniform = graph.input('uniform', 'float64', ['T', 1]);
  const values = graph.node('MatMul', [mix, graph.cast(logits, 'F64')]);
  graph.output('values', values, 'float64', ['T', vocabulary]);
  // One block of threads takes a row, and is three times as fast in float32; the sums are of float64 again.
  const shares = graph.cast(graph.node('Softmax', [graph.cast(values, 'F32')], { axis: -1 }), 'F64');

  // The inverse of the cumulative distribution, in two levels: CUDA's CumSum adds up anew for each of its elements.
  const blocks = blocksOf(vocabulary);
  const size = vocabulary / blocks;
  const grid = graph.node('Reshape', [shares, graph.ints([-1, blocks, size])]);
  const ofBlocks = sumsBefore(graph, graph.node('ReduceSum', [grid, graph.ints([-1])], { keepdims: 0 }));
  const block = lastAtMost(graph, ofBlocks, uniform);
  const rest = graph.node('Sub', [uniform, graph.node('GatherElements', [ofBlocks, block], { axis: 1 })]);
  const everywhere = graph.node('Expand', [
    graph.node('Unsqueeze', [block, graph.ints([2])]),
    graph.ints([1, 1, size]),
  ]);
  const own = graph.node('Reshape', [
    graph.node('GatherElements', [grid, everywhere], { axis: 1 }),
    graph.ints([-1, size]),
  ]);
  const within = lastAtMost(graph, sumsBefore(graph, own), rest);

  const token = graph.node('Add', [graph.node('Mul', [block, graph.ints([size])]), within]);
  graph.output('token', token, 'int64', ['T', 1]);
  const probability = graph.cast(graph.node('GatherElements', [own, within], { axis: 1 }), 'F32');
  graph.output('probability', probability, 'float32', ['T', 1]);
}

/** The divisor of the vocabulary that is nearest to its square root, from below. */
function blocksOf(vocabulary: number): number {
  let blocks = Math.floor(Math.sqrt(vocabulary));
  while (vocabulary % blocks !== 0) blocks--;
  return blocks;
}

/** Of each element, the sum of those in front of it in its row. */
function sumsBefore(graph: GraphBuilder, rows: Value): Value {
  return graph.node('CumSum', [rows, graph.ints([1], [])], { exclusive: 1 });
}

/** [T, 1]: the last place of each row [T, n] that holds at most its own bound [T, 1]; the first place holds 0. */
function lastAtMost(graph: GraphBuilder, rows: Value, bound: Value): Value {
  const passed = graph.cast(graph.node('LessOrEqual', [rows, bound]), 'F32');
  const count = graph.node('ReduceSum', [passed, graph.ints([-1])], { keepdims: 1 });
  return graph.node('Sub', [graph.cast(count, 'I64'), graph.ints([1])]);
}
