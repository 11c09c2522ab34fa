import type { Embeddings } from './embedding.js';

/** What one run of the step graph is fed: S new positions of R rows, position-major. */
export interface StepInputs {
  readonly positions: number;
  readonly rows: number;
  /** What belongs to each of the S * R rows, by the name of the graph's input: x, cos and sin. */
  readonly features: Readonly<Record<string, RowFeature>>;
  /** The logits of this many last positions are asked for. */
  readonly wanted: number;
  /** Positions, of the S, that stay in the cache: all up to the first of the wanted ones, where there are such. */
  readonly kept: number;
}

/** [S * R, width] */
export interface RowFeature {
  readonly width: number;
  readonly numbers: Float32Array;
}

/** One sequence of the batch: the cells of its picture in order, the tokens known so far in the same order. */
export interface Row {
  readonly label: number;
  readonly order: Int32Array;
  readonly tokens: Int32Array;
  /** Places in the order whose image token is fed as zeros. */
  readonly blank?: ReadonlySet<number>;
}

/** A position of the sequence [class, Q(p0), T(p0), Q(p1), T(p1) ...]; `at` counts along the order. */
export type Position =
  | { readonly kind: 'class' }
  | { readonly kind: 'query'; readonly at: number }
  | { readonly kind: 'token'; readonly at: number };

/**
 * The positions of the first step, in front of which `known` tokens are given: [class, Q0, T0 ... Q(k-1), T(k-1), Q ...].
 * Source: RandAR/model/randar_gpt.py, generate, step 5-1; with known tokens applications/resolution_extrapolation.py,
 * step 6-1.
 */
export function firstPositions(known: number, count: number): Position[] {
  const positions: Position[] = [{ kind: 'class' }];
  for (let at = 0; at < known; at++) positions.push({ kind: 'query', at }, { kind: 'token', at });
  return [...positions, ...queries(known, count)];
}

/**
 * The positions of a step that follows `previous` tokens just decoded, with `decoded` known in all, and decodes `count`
 * more: [T0, Q1, T1 ... Q(n-1), T(n-1), Q'0 ... Q'(m-1)]. Q0 of the step before is in the cache.
 * Source: RandAR/model/randar_gpt.py, generate, step 5-4.
 */
export function nextPositions(decoded: number, previous: number, count: number): Position[] {
  const positions: Position[] = [];
  for (let at = decoded - previous; at < decoded; at++) {
    if (at > decoded - previous) positions.push({ kind: 'query', at });
    positions.push({ kind: 'token', at });
  }
  return [...positions, ...queries(decoded, count)];
}

function queries(from: number, count: number): Position[] {
  return Array.from({ length: count }, (_, i) => ({ kind: 'query', at: from + i }));
}

/** Gathers the rows that the positions feed, for every row of the batch. */
export function stepInputs(
  positions: readonly Position[],
  rows: readonly Row[],
  wanted: number,
  embeddings: Embeddings,
): StepInputs {
  const { dimension, rotation } = embeddings;
  const { pairs } = rotation;
  const n = positions.length * rows.length;
  const x = new Float32Array(n * dimension);
  const cos = new Float32Array(n * pairs);
  const sin = new Float32Array(n * pairs);
  let i = 0;
  for (const position of positions) {
    for (const row of rows) {
      const { table, index } = source(position, row, embeddings);
      if (position.kind !== 'token' || !row.blank?.has(position.at)) {
        x.set(table.subarray(index * dimension, (index + 1) * dimension), i * dimension);
      }
      // The class token is not rotated but zeroed (cos and sin 0): it is attended to with score 0.
      if (position.kind !== 'class') {
        const angles = (row.order[position.at] ?? 0) * pairs;
        cos.set(rotation.cos.subarray(angles, angles + pairs), i * pairs);
        sin.set(rotation.sin.subarray(angles, angles + pairs), i * pairs);
      }
      i++;
    }
  }
  return {
    positions: positions.length,
    rows: rows.length,
    features: {
      x: { width: dimension, numbers: x },
      cos: { width: pairs, numbers: cos },
      sin: { width: pairs, numbers: sin },
    },
    wanted,
    kept: Math.min(positions.length - wanted + 1, positions.length),
  };
}

function source(position: Position, row: Row, embeddings: Embeddings): { table: Float32Array; index: number } {
  switch (position.kind) {
    case 'class':
      return { table: embeddings.labels, index: row.label };
    case 'query':
      return { table: embeddings.instructions, index: row.order[position.at] ?? 0 };
    case 'token':
      return { table: embeddings.tokens, index: row.tokens[position.at] ?? 0 };
  }
}
