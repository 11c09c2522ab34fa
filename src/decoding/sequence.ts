import type { Grid } from './grid.js';
import type { Row, StepInputs } from './step.js';

/**
 * How a family of models lays a picture out as a sequence, and what a step feeds for it: all that the decode loop needs
 * to know of a family.
 */
export interface Sequence<Inputs = StepInputs> {
  readonly grid: Grid;
  readonly vocabulary: number;
  /** How many; the label of this number is the null class. */
  readonly classes: number;
  /** Positions of a whole picture's sequence: what a KV cache must hold. */
  readonly capacity: number;
  stepInputs(step: SequenceStep, rows: readonly Row[]): Inputs;
}

/** One step: so many tokens are known in front of it, so many of them just drawn, so many are asked for. */
export interface SequenceStep {
  readonly decoded: number;
  /** What the step before it decoded; absent at the first, in front of which all known tokens are fed. */
  readonly previous: number | undefined;
  readonly count: number;
}
