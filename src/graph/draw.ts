import type { GraphBuilder, Value } from './onnx.js';

/**
 * Guidance, temperature and sampling as graph nodes, so that no logits leave a device.
 *
 * `logits` [W, V] has the wanted rows of all sequences. Inputs, for T tokens to draw: mix [T, W], float64, the weights of
 * the rows in each token's mixed logits, including the temperature (`mixingRow`); uniform [T, 1], float64, in [0, 1).
 * Outputs: token [T, 1], int64; probability [T, 1], float32; values [T, V], float64, the mixed logits, for sampling on the
 * host. They are copied only by runs that fetch them.
 *
 * Logits are mixed and probabilities summed in float64, as in the host's sampler, so that the same random number draws
 * the same token from the same logits. No node needs cuDNN, and none copies from the host during a run: a captured graph
 * would replay a stale address.
 */
export function drawTokens(graph: GraphBuilder, logits: Value, vocabulary: number): void {
  const mix = graph.input('mix', 'float64', ['T', 'W']);
  const uniform = graph.input('uniform', 'float64', ['T', 1]);
  const values = graph.node('MatMul', [mix, graph.cast(logits, 'F64')]);
  graph.output('values', values, 'float64', ['T', vocabulary]);
  // A thread block per row, three times as fast in float32. Sums are in float64 again.
  const shares = graph.cast(graph.node('Softmax', [graph.cast(values, 'F32')], { axis: -1 }), 'F64');

  // Inverts the cumulative distribution in two levels, since CUDA's CumSum is quadratic.
  const blocks = blocksOf(vocabulary);
  const size = vocabulary / blocks;
  const grid = graph.node('Reshape', [shares, graph.ints([-1, blocks, size])]);
  const sums = graph.node('ReduceSum', [grid, graph.ints([-1])], { keepdims: 0 });
  const ofBlocks = sumsBefore(graph, sums);
  // Shares of float32 do not add up to exactly 1, and nothing may be drawn from beyond their sum.
  const target = graph.node('Mul', [uniform, graph.node('ReduceSum', [sums, graph.ints([-1])], { keepdims: 1 })]);
  const block = lastAtMost(graph, ofBlocks, target);
  const rest = graph.node('Sub', [target, graph.node('GatherElements', [ofBlocks, block], { axis: 1 })]);
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

/** The largest divisor of the vocabulary up to its square root. */
function blocksOf(vocabulary: number): number {
  let blocks = Math.floor(Math.sqrt(vocabulary));
  while (vocabulary % blocks !== 0) blocks--;
  return blocks;
}

/** For each element, the sum of those before it in its row. */
function sumsBefore(graph: GraphBuilder, rows: Value): Value {
  return graph.node('CumSum', [rows, graph.ints([1], [])], { exclusive: 1 });
}

/** [T, 1]: the last index in each row [T, n] whose number is at most the row's bound [T, 1]; the first number is 0. */
function lastAtMost(graph: GraphBuilder, rows: Value, bound: Value): Value {
  const passed = graph.cast(graph.node('LessOrEqual', [rows, bound]), 'F32');
  const count = graph.node('ReduceSum', [passed, graph.ints([-1])], { keepdims: 1 });
  return graph.node('Sub', [graph.cast(count, 'I64'), graph.ints([1])]);
}
