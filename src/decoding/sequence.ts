import type { Grid } from './grid.js';

/** One row of a batch: the cells of its picture in order, and the tokens known so far in the same order. */
export interface Sequence {
  readonly label: number;
  readonly order: Int32Array;
  readonly tokens: Int32Array;
  /** Places in the order whose image token is fed as zeros. */
  readonly blank?: ReadonlySet<number>;
}

/**
 * How a family of models lays a picture out as a sequence, and what a step feeds for it: all that the decode loop needs
 * to know of a family.
 */
export interface SequenceLayout {
  readonly grid: Grid;
  readonly vocabulary: number;
  /** Without the null class, whose label is this number. */
  readonly classes: number;
  /** Positions of a whole picture: what a KV cache must hold. */
  readonly capacity: number;
  stepInputs(step: SequenceStep, sequences: readonly Sequence[]): StepInputs;
}

/** One step: how many tokens are known before it, how many of them the step before drew, how many it asks for. */
export interface SequenceStep {
  readonly decoded: number;
  /** What the step before decoded. The first step has none, and feeds all tokens that are known. */
  readonly previous: number | undefined;
  readonly count: number;
}

/** What one run of the step graph is fed: S new positions of R sequences, position-major. */
export interface StepInputs {
  readonly positions: number;
  readonly sequences: number;
  /** By the name of the graph's input; which there are is the family's choice. */
  readonly tensors: Readonly<Record<string, StepTensor>>;
  /** The logits of this many last positions are asked for. */
  readonly wanted: number;
  /** Leading positions to append to the cache: all up to the first wanted one. */
  readonly kept: number;
}

/** [S * R, width]: a row for each position of each sequence. */
export interface StepTensor {
  readonly width: number;
  readonly numbers: Float32Array;
}
