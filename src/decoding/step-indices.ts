/**
 * The inputs to a run of a device's step graph: indices into tables on the device, instead of the rows themselves.
 * S new positions of R sequences, position-major.
 */
export interface StepIndices {
  readonly positions: number;
  readonly sequences: number;
  /** [S * R] each, by the graph input's name. */
  readonly indices: Readonly<Record<string, Int32Array>>;
  /** The number of last positions whose tokens are needed. */
  readonly wanted: number;
  /** The number of leading positions to keep in the cache. */
  readonly kept: number;
}
