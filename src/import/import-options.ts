import type { Grid } from '../decoding/grid.js';
import type { Precision } from '../graph/linear.js';

/** The options of an import. */
export interface ImportOptions {
  /** The name of the directory, and the model's id in the API. */
  readonly id: string;
  /** The directory of models to which the new one is added. */
  readonly models: string;
  /** Weights files in any format that openWeights reads. */
  readonly transformer: string;
  readonly tokenizer: string;
  /** "imagenet" or a file. */
  readonly labels: string;
  readonly precision: Precision;
  readonly heads?: number | undefined;
  readonly grid?: Grid | undefined;
  /** Whether RAR's weights were trained without annealing to raster order. */
  readonly anyOrder?: boolean | undefined;
  readonly name?: string | undefined;
  readonly license?: string | undefined;
  /** Whether to replace an existing model with this id. */
  readonly replace: boolean;
  /** Whether to measure the quantization error. */
  readonly measure: boolean;
  /** Stops the import, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The import is not possible. The message names the option, the problem and what to do. */
export class ImportError extends Error {
  readonly code = 'BAD_IMPORT';
  override readonly name = 'ImportError';
}
