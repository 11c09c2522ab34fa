import type { GraphBuilder, Value } from './onnx.js';

/** Inputs that describe one lane: its numbers of past and new positions, and which of them see which. */
export interface LaneInputs {
  /** [S, P + S] */
  readonly mask: Value;
  /** [3] = S, R*H, headDimension */
  readonly heads: Value;
  /** [2] = P, S, if caches are on the host. */
  readonly split: Value | undefined;
}

export interface Lanes {
  readonly each: readonly LaneInputs[];
  /** [L]: the number of rows of each lane; omitted for a single lane. */
  readonly sizes: Value | undefined;
  readonly caches: CachePlace;
}

/**
 * Where keys and values are stored between runs. On the host, a run returns the new ones, which are appended to the past.
 * On the device, a run returns past and new ones together, and they are fed to the next run as its past.
 */
export type CachePlace = 'host' | 'device';

export interface LaneOptions {
  /** Default: 1. */
  readonly lanes?: number;
  /** Default: the host. */
  readonly caches?: CachePlace;
}

export interface AttentionShape {
  readonly dimension: number;
  readonly headDimension: number;
}

export function laneInputs(graph: GraphBuilder, { lanes: count = 1, caches = 'host' }: LaneOptions): Lanes {
  const each = Array.from({ length: count }, (_, lane): LaneInputs => ({
    mask: graph.input(`mask.${lane}`, 'float32', [`S${lane}`, `T${lane}`]),
    heads: graph.input(`heads.${lane}`, 'int64', [3]),
    split: caches === 'host' ? graph.input(`split.${lane}`, 'int64', [2]) : undefined,
  }));
  return { each, sizes: count > 1 ? graph.input('lanes', 'int64', [count]) : undefined, caches };
}

/**
 * Attention of layer `layer`, each lane over its own past and its own new positions: q and v [N, D] and k [N, 1, D] in,
 * context [N, D] out. The past comes as inputs pastK.lane.layer and pastV.lane.layer, [P, R*H, headDimension].
 * Outputs, if caches are on the host: newK.layer [N, 1, D] and newV.layer [N, D], lane after lane. If they are on the
 * device: allK.lane.layer and allV.lane.layer, [P + S, R*H, headDimension].
 */
export function attendByLane(
  graph: GraphBuilder,
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  { each, sizes, caches }: Lanes,
  layer: number,
  { dimension, headDimension }: AttentionShape,
): Value {
  if (caches === 'host') {
    graph.output(`newK.${layer}`, k, 'float32', ['N', 1, dimension]);
    graph.output(`newV.${layer}`, v, 'float32', ['N', dimension]);
  }
  const byLane = (packed: Value): Value[] =>
    sizes ? graph.nodes('Split', [packed, sizes], each.length, { axis: 0 }) : [packed];
  const [queries, keys, values] = [byLane(q), byLane(k), byLane(v)];
  const contexts = each.map(({ mask, split, heads }, lane) => {
    const inHeads = (packed: readonly Value[]): Value => graph.node('Reshape', [packed[lane] as Value, heads]);
    const past = (name: string): Value =>
      graph.input(`${name}.${lane}.${layer}`, 'float32', [`P${lane}`, `RH${lane}`, headDimension]);
    const all = (name: string, values: readonly Value[]): Value => {
      const joined = graph.node('Concat', [past(`past${name}`), inHeads(values)], { axis: 0 });
      graph.output(`all${name}.${lane}.${layer}`, joined, 'float32', [`T${lane}`, `RH${lane}`, headDimension]);
      return joined;
    };
    const scale = 1 / Math.sqrt(headDimension);
    const context = split
      ? attendApart(graph, {
          q: inHeads(queries),
          k: inHeads(keys),
          v: inHeads(values),
          pastK: past('pastK'),
          pastV: past('pastV'),
          mask,
          split,
          scale,
        })
      : attend(graph, { q: inHeads(queries), k: all('K', keys), v: all('V', values), mask, scale });
    return graph.node('Reshape', [context, graph.ints([-1, dimension])]);
  });
  return sizes ? graph.node('Concat', contexts, { axis: 0 }) : (contexts[0] as Value);
}

/** Names of the outputs of attendByLane with past and new positions, for caches on the device. */
export function joinedNames(lanes: number, layers: number): string[] {
  const each = Array.from({ length: lanes * layers }, (_, i) => `${i % lanes}.${Math.floor(i / lanes)}`);
  return each.flatMap((of) => [`allK.${of}`, `allV.${of}`]);
}

interface Attention {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly mask: Value;
  readonly scale: number;
}

interface AttentionApart extends Attention {
  readonly pastK: Value;
  readonly pastV: Value;
  readonly split: Value;
}

/**
 * softmax(scale * q k' + mask) v, where k and v are of the past and the new positions: [S, R*H, headDimension] of q and
 * [P + S, R*H, headDimension] to [S, R*H, headDimension]. It uses standard operators: WebGPU has no FusedMatMul, so ONNX
 * Runtime would compute it on the CPU.
 */
function attend(graph: GraphBuilder, { q, k, v, mask, scale }: Attention): Value {
  const scaled = graph.node('Mul', [q, graph.floats([scale])]);
  const byHead = (value: Value): Value => graph.node('Transpose', [value], { perm: [1, 0, 2] });
  const scores = graph.node('MatMul', [byHead(scaled), graph.node('Transpose', [k], { perm: [1, 2, 0] })]);
  const shares = graph.node('Softmax', [graph.node('Add', [scores, mask])], { axis: 2 });
  return byHead(graph.node('MatMul', [shares, byHead(v)]));
}

/**
 * softmax(scale * [q pastK', q k'] + mask) [pastV; v], with separate products for past and new positions, so that the past
 * is read in place and never copied. All are [positions, R*H, headDimension].
 */
function attendApart(graph: GraphBuilder, { q, k, v, pastK, pastV, mask, split, scale }: AttentionApart): Value {
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
