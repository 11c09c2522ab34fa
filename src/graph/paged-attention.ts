import { absent, type GraphBuilder, type Value } from './onnx.js';

/**
 * Attention over keys and values that stay on a device, in blocks. Each sequence of a run has its own number of past and
 * new positions, and a list of the blocks that hold them. The N new positions of all sequences are packed together; each
 * sees its own sequence up to itself.
 *
 * Inputs, for R sequences: cumulative [R + 1], where each sequence begins among the N; past [R], its number of past
 * positions; table [R, C], its blocks; lengths [2], on the host: the largest number of new positions, and of all
 * positions, of a sequence in this run. For layer i: keys.i and values.i [B, blockPositions, H, headDimension], and the
 * outputs newKeys.i and newValues.i, which must be bound to the same memory, since it is updated in place.
 */
export interface PagedInputs {
  readonly cumulative: Value;
  readonly past: Value;
  readonly table: Value;
  readonly lengths: Value;
}

/** Positions per block; com.microsoft.PagedAttention requires this number for heads of 64 numbers. */
export const blockPositions = 256;

export interface PagedShape {
  readonly dimension: number;
  readonly heads: number;
  readonly headDimension: number;
}

/** Attention of one layer: q, k, v [N, D] to context [N, D]. */
export type PagedAttention = (
  layer: number,
  vectors: { readonly q: Value; readonly k: Value; readonly v: Value },
) => Value;

/**
 * @param spelled Whether to build attention from standard operators, which every device has, instead of the operator
 *   that only GPUs have. Both compute the same; this is for tests.
 */
export function pagedAttention(graph: GraphBuilder, shape: PagedShape, spelled: boolean): PagedAttention {
  const inputs: PagedInputs = {
    cumulative: graph.input('cumulative', 'int32', ['R1']),
    past: graph.input('past', 'int32', ['R']),
    table: graph.input('table', 'int32', ['R', 'C']),
    lengths: graph.input('lengths', 'int32', [2]),
  };
  const dims = ['B', blockPositions, shape.heads, shape.headDimension];
  const type = graph.floatType === 'F16' ? 'float16' : 'float32';
  const attend = spelled ? spelledAttention(graph, shape, inputs) : fusedAttention(graph, shape, inputs);
  return (layer, { q, k, v }) => {
    const keys = graph.input(`keys.${layer}`, type, dims);
    const values = graph.input(`values.${layer}`, type, dims);
    const { context, newKeys, newValues } = attend({ q, k, v, keys, values });
    graph.output(`newKeys.${layer}`, newKeys, type, dims);
    graph.output(`newValues.${layer}`, newValues, type, dims);
    return context;
  };
}

interface BlockVectors {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly keys: Value;
  readonly values: Value;
}

interface Attended {
  readonly context: Value;
  readonly newKeys: Value;
  readonly newValues: Value;
}

function fusedAttention(graph: GraphBuilder, { heads, headDimension }: PagedShape, inputs: PagedInputs) {
  const { cumulative, past, table, lengths } = inputs;
  // Rotation, a window, sinks and scales of quantised caches are not used.
  const unused = new Array<Value>(8).fill(absent);
  return ({ q, k, v, keys, values }: BlockVectors): Attended => {
    const [context, newKeys, newValues] = graph.nodes(
      'com.microsoft.PagedAttention',
      [q, k, v, keys, values, cumulative, past, table, ...unused, lengths],
      3,
      { num_heads: heads, kv_num_heads: heads, scale: { float: 1 / Math.sqrt(headDimension) } },
    ) as [Value, Value, Value];
    return { context, newKeys, newValues };
  };
}

function spelledAttention(graph: GraphBuilder, shape: PagedShape, inputs: PagedInputs) {
  const { heads, headDimension, dimension } = shape;
  let places: Places | undefined;
  return ({ q, k, v, keys, values }: BlockVectors): Attended => {
    const { slot, all, mask } = (places ??= placesOf(graph, inputs, q));
    const written = (cache: Value, vectors: Value): Value =>
      graph.node('ScatterND', [graph.node('Reshape', [cache, graph.ints([-1, dimension])]), slot, vectors]);
    const [allKeys, allValues] = [written(keys, k), written(values, v)];
    const ownOf = (flat: Value, perm: readonly number[]): Value => {
      const gathered = graph.node('Gather', [flat, all], { axis: 0 });
      return graph.node('Transpose', [graph.node('Reshape', [gathered, graph.ints([0, 0, heads, headDimension])])], {
        perm,
      });
    };
    // [N, H, 1, d] by [N, H, d, T], then [N, H, 1, T] by [N, H, T, d].
    const queries = graph.node('Reshape', [q, graph.ints([-1, heads, 1, headDimension])]);
    const scale = graph.floats([1 / Math.sqrt(headDimension)]);
    const scores = graph.node('Mul', [graph.node('MatMul', [queries, ownOf(allKeys, [0, 2, 3, 1])]), scale]);
    const shares = graph.node('Softmax', [graph.node('Add', [scores, mask])], { axis: -1 });
    const byHead = graph.node('MatMul', [shares, ownOf(allValues, [0, 2, 1, 3])]);
    const inBlocks = (flat: Value) =>
      graph.node('Reshape', [flat, graph.ints([-1, blockPositions, heads, headDimension])]);
    return {
      context: graph.node('Reshape', [byHead, graph.ints([-1, dimension])]),
      newKeys: inBlocks(allKeys),
      newValues: inBlocks(allValues),
    };
  };
}

interface Places {
  /** [N, 1]: where each new position is written, among the positions of all blocks. */
  readonly slot: Value;
  /** [N, T]: where the positions of its sequence lie. */
  readonly all: Value;
  /** [N, 1, 1, T]: 0 where it sees one, a number that no score outweighs where it does not. */
  readonly mask: Value;
}

function placesOf(graph: GraphBuilder, inputs: PagedInputs, packed: Value): Places {
  const wide = (value: Value) => graph.cast(value, 'I64');
  const scalar = (value: number) => graph.ints([value], []);
  const [cumulative, past, table] = [wide(inputs.cumulative), wide(inputs.past), wide(inputs.table)];
  const column = (value: Value) => graph.node('Unsqueeze', [value, graph.ints([1])]);
  const upTo = (count: Value) => graph.node('Range', [scalar(0), count, scalar(1)]);
  const count = graph.node('Squeeze', [graph.node('Shape', [packed], { start: 0, end: 1 })]);
  const numbers = upTo(count);
  const ends = graph.node('Slice', [cumulative, graph.ints([1]), graph.ints([2 ** 31]), graph.ints([0])]);
  const passed = wide(graph.node('LessOrEqual', [ends, column(numbers)]));
  const sequence = graph.node('ReduceSum', [passed, graph.ints([1])], { keepdims: 0 });
  const ofSequence = (values: Value) => graph.node('Gather', [values, sequence], { axis: 0 });
  const position = graph.node('Add', [ofSequence(past), graph.node('Sub', [numbers, ofSequence(cumulative)])]);
  const blocks = ofSequence(table);
  const block = graph.node('GatherElements', [blocks, column(graph.node('Div', [position, scalar(blockPositions)]))], {
    axis: 1,
  });
  const first = (of: Value) => graph.node('Mul', [of, graph.ints([blockPositions])]);
  const slot = graph.node('Add', [first(block), column(graph.node('Mod', [position, scalar(blockPositions)]))]);
  const within = graph.ints(
    Array.from({ length: blockPositions }, (_, i) => i),
    [1, 1, blockPositions],
  );
  const each = graph.node('Add', [first(graph.node('Unsqueeze', [blocks, graph.ints([2])])), within]);
  const rows = graph.node('Concat', [graph.node('Unsqueeze', [count, graph.ints([0])]), graph.ints([-1])], { axis: 0 });
  const all = graph.node('Reshape', [each, rows]);
  const length = graph.node('Squeeze', [graph.node('Shape', [all], { start: 1, end: 2 })]);
  const isHidden = graph.node('Greater', [graph.node('Unsqueeze', [upTo(length), graph.ints([0])]), column(position)]);
  const mask = graph.node('Mul', [graph.cast(isHidden, graph.floatType), graph.floats([-1e4])]);
  return { slot, all, mask: graph.node('Unsqueeze', [mask, graph.ints([1, 2])]) };
}
