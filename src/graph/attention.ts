import type { GraphBuilder, Value } from './onnx.js';

/** What a run says of one lane: how long its past is, how many positions are new, and which of them see which. */
export interface LaneInputs {
  /** [S, P + S] */
  readonly mask: Value;
  /** [2] = P, S */
  readonly split: Value;
  /** [3] = S, R*H, headDimension */
  readonly heads: Value;
}

export interface Lanes {
  readonly each: readonly LaneInputs[];
  /** [L] rows of each lane; a single lane has them all. */
  readonly sizes: Value | undefined;
}

export interface AttentionShape {
  readonly dimension: number;
  readonly headDimension: number;
}

export function laneInputs(graph: GraphBuilder, count: number): Lanes {
  const each = Array.from({ length: count }, (_, lane): LaneInputs => ({
    mask: graph.input(`mask.${lane}`, 'float32', [`S${lane}`, `T${lane}`]),
    split: graph.input(`split.${lane}`, 'int64', [2]),
    heads: graph.input(`heads.${lane}`, 'int64', [3]),
  }));
  return { each, sizes: count > 1 ? graph.input('lanes', 'int64', [count]) : undefined };
}

/**
 * Attention of layer `layer`, each lane over its own past and its own new positions: N rows of D numbers in q, k and v,
 * context [N, D] out. The past comes as inputs pastK.lane.layer and pastV.lane.layer, [P, R*H, headDimension].
 */
export function attendByLane(
  graph: GraphBuilder,
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  { each, sizes }: Lanes,
  layer: number,
  { dimension, headDimension }: AttentionShape,
): Value {
  const byLane = (packed: Value): Value[] =>
    sizes ? graph.nodes('Split', [packed, sizes], each.length, { axis: 0 }) : [packed];
  const [queries, keys, values] = [byLane(q), byLane(k), byLane(v)];
  const contexts = each.map(({ mask, split, heads }, lane) => {
    const inHeads = (packed: readonly Value[]): Value => graph.node('Reshape', [packed[lane] as Value, heads]);
    const past = (name: string): Value =>
      graph.input(`${name}.${lane}.${layer}`, 'float32', [`P${lane}`, `RH${lane}`, headDimension]);
    const context = attend(graph, {
      q: inHeads(queries),
      k: inHeads(keys),
      v: inHeads(values),
      pastK: past('pastK'),
      pastV: past('pastV'),
      mask,
      split,
      scale: 1 / Math.sqrt(headDimension),
    });
    return graph.node('Reshape', [context, graph.ints([-1, dimension])]);
  });
  return sizes ? graph.node('Concat', contexts, { axis: 0 }) : (contexts[0] as Value);
}

interface Attention {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly pastK: Value;
  readonly pastV: Value;
  readonly mask: Value;
  readonly split: Value;
  readonly scale: number;
}

/**
 * softmax(scale * [q pastK', q k'] + mask) [pastV; v], the past and the new positions each by a product of their own: so
 * the past is read where it lies and never copied. All [positions, R*H, headDimension].
 */
function attend(graph: GraphBuilder, { q, k, v, pastK, pastV, mask, split, scale }: Attention): Value {
  const scoresOf = (keys: Value): Value =>
    graph.node('com.microsoft.FusedMatMul', [q, keys], {
      transBatchA: 1,
      transBatchB: 1,
      transB: 1,
      alpha: { float: scale },
    });
  const scores = graph.node('Concat', [scoresOf(pastK), scoresOf(k)], { axis: 2 });
  const weights = graph.node('Softmax', [graph.node('Add', [scores, mask])], { axis: 2 });
  const [onPast, onNew] = graph.nodes('Split', [weights, split], 2, { axis: 2 }) as [Value, Value];
  const sumOf = (share: Value, values: Value): Value =>
    graph.node('com.microsoft.FusedMatMul', [share, values], { transBatchB: 1 });
  const byHead = graph.node('Add', [sumOf(onPast, pastV), sumOf(onNew, v)]);
  return graph.node('Transpose', [byHead], { perm: [1, 0, 2] });
}
