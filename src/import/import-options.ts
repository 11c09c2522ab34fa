import type { Grid } from '../decoding/grid.js';
import type { Precision } from '../graph/linear.js';

/** What an import is asked for. */
export interface ImportOptions {
  /** Names the folder, and the model to clients. */
  readonly id: string;
  /** The folder of models that the new one is put into. */
  readonly models: string;
  /** Files of weights, of any kind that openWeights reads. */
  readonly transformer: string;
  readonly tokenizer: string;
  /** "imagenet" or a file. */
  readonly labels: string;
  readonly precision: Precision;
  readonly heads?: number | undefined;
  readonly grid?: Grid | undefined;
  /** Whether RAR's weights were never annealed to raster order. */
  readonly anyOrder?: boolean | undefined;
  readonly name?: string | undefined;
  readonly license?: string | undefined;
  /** Whether a model of that id may be there already. */
  readonly replace: boolean;
  /** Whether the error of the precision is measured. */
  readonly measure: boolean;
  /** Stops the import, which then throws the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What was asked for cannot be imported: which option, what is wrong with it, and what to do. */
export class ImportError extends Error {
  readonly code = 'BAD_IMPORT';
  override readonly name = 'ImportError';
}
