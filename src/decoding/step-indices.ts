/**
 * What one run of a device's step graph is fed: not the rows themselves but their numbers in tables that lie on the
 * device. S new positions of R sequences, position-major.
 */
export interface StepIndices {
  readonly positions: number;
  readonly sequences: number;
  /** [S * R] by the name of the graph's input. */
  readonly indices: Readonly<Record<string, Int32Array>>;
  /** The tokens of this many last positions are asked for. */
  readonly wanted: number;
  /** Leading positions, of the S, that the cache keeps. */
  readonly kept: number;
}
