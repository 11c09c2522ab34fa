import { cellCount } from '../../decoding/grid.js';
import type { Sequence, SequenceLayout, SequenceStep, StepInputs } from '../../decoding/sequence.js';
import type { Embeddings } from './tables.js';
import { intAt, rowAt } from '../../numbers/at.js';

/** RandAR's layout: [class, Q(p0), T(p0), Q(p1), T(p1) ...], in any order, with any number of cells per step. */
export function randarLayout(embeddings: Embeddings): SequenceLayout {
  const { grid, vocabulary, classes } = embeddings;
  return {
    grid,
    vocabulary,
    classes,
    capacity: 1 + 2 * cellCount(grid),
    stepInputs: (step, sequences) => randarInputs(stepPositions(step), sequences, step.count, embeddings),
  };
}

/** A position of the sequence [class, Q(p0), T(p0), Q(p1), T(p1) ...]; `at` is an index into the order. */
export type Position =
  | { readonly kind: 'class' }
  | { readonly kind: 'query'; readonly at: number }
  | { readonly kind: 'token'; readonly at: number };

/** The positions that a step feeds. */
export function stepPositions({ decoded, previous, count }: SequenceStep): Position[] {
  return previous === undefined ? firstPositions(decoded, count) : nextPositions(decoded, previous, count);
}

/** How many leading positions of a step the cache keeps: all up to the first wanted one. */
export function keptPositions(positions: number, wanted: number): number {
  return Math.min(positions - wanted + 1, positions);
}

/**
 * The positions of the first step with `known` given tokens: [class, Q0, T0 ... Q(k-1), T(k-1), Q ...].
 * Source: RandAR/model/randar_gpt.py, generate, step 5-1; with known tokens applications/resolution_extrapolation.py,
 * step 6-1.
 */
export function firstPositions(known: number, count: number): Position[] {
  const positions: Position[] = [{ kind: 'class' }];
  for (let at = 0; at < known; at++) positions.push({ kind: 'query', at }, { kind: 'token', at });
  return [...positions, ...queries(known, count)];
}

/**
 * The positions of a step that follows `previous` newly decoded tokens, with `decoded` tokens in total, and decodes
 * `count` more: [T0, Q1, T1 ... Q(n-1), T(n-1), Q'0 ... Q'(m-1)]. The previous step's Q0 is already in the cache.
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

/** Gathers x, cos and sin of the positions for every sequence of the batch. */
export function randarInputs(
  positions: readonly Position[],
  sequences: readonly Sequence[],
  wanted: number,
  embeddings: Embeddings,
): StepInputs {
  const { dimension, rotation } = embeddings;
  const { pairs } = rotation;
  const n = positions.length * sequences.length;
  const x = new Float32Array(n * dimension);
  const cos = new Float32Array(n * pairs);
  const sin = new Float32Array(n * pairs);
  let i = 0;
  for (const position of positions) {
    for (const sequence of sequences) {
      const { table, index } = source(position, sequence, embeddings);
      if (position.kind !== 'token' || !sequence.blank?.has(position.at)) {
        x.set(rowAt(table, index, dimension), i * dimension);
      }
      // The class token is not rotated but zeroed (cos and sin 0), so its attention score is 0.
      if (position.kind !== 'class') {
        const cell = intAt(sequence.order, position.at);
        cos.set(rowAt(rotation.cos, cell, pairs), i * pairs);
        sin.set(rowAt(rotation.sin, cell, pairs), i * pairs);
      }
      i++;
    }
  }
  return {
    positions: positions.length,
    sequences: sequences.length,
    tensors: {
      x: { width: dimension, numbers: x },
      cos: { width: pairs, numbers: cos },
      sin: { width: pairs, numbers: sin },
    },
    wanted,
    kept: keptPositions(positions.length, wanted),
  };
}

function source(
  position: Position,
  { label, order, tokens }: Sequence,
  embeddings: Embeddings,
): { table: Float32Array; index: number } {
  switch (position.kind) {
    case 'class':
      return { table: embeddings.labels, index: label };
    case 'query':
      return { table: embeddings.instructions, index: intAt(order, position.at) };
    case 'token':
      return { table: embeddings.tokens, index: intAt(tokens, position.at) };
  }
}
