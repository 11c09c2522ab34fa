import type { Grid } from './grid.js';

/** A member of a batch: the order of its cells, and the tokens known so far in that order. */
export interface Sequence {
  readonly label: number;
  readonly order: Int32Array;
  readonly tokens: Int32Array;
  /** Indices into the order whose image token is fed as zeros. */
  readonly blank?: ReadonlySet<number>;
}

/**
 * How a model family lays a picture out as a sequence, and what it feeds in each step. The decode loop needs nothing
 * else from a family.
 */
export interface SequenceLayout<Inputs = StepInputs> {
  readonly grid: Grid;
  readonly vocabulary: number;
  /** The number of classes, which is also the label of the null class. */
  readonly classes: number;
  /** The number of positions of a whole picture, and so the size of its KV cache. */
  readonly capacity: number;
  stepInputs(step: SequenceStep, sequences: readonly Sequence[]): Inputs;
}

/** A step: tokens known before it, tokens decoded by the previous step, and tokens to decode. */
export interface SequenceStep {
  readonly decoded: number;
  /** Undefined in the first step, which feeds all known tokens. */
  readonly previous: number | undefined;
  readonly count: number;
}

/** The inputs to a run of the step graph: S new positions of R sequences, position-major. */
export interface StepInputs {
  readonly positions: number;
  readonly sequences: number;
  /** By the graph input's name; which inputs there are depends on the family. */
  readonly tensors: Readonly<Record<string, StepTensor>>;
  /** The number of last positions whose logits are needed. */
  readonly wanted: number;
  /** The number of leading positions to append to the cache: all up to the first wanted one. */
  readonly kept: number;
}

/** [S * R, width]: a row for each position of each sequence. */
export interface StepTensor {
  readonly width: number;
  readonly numbers: Float32Array;
}
