import type { Parameter, ParameterReader } from '../checkpoint/parameters.js';
import type { StoredTensor } from '../checkpoint/weight-file.js';
import type { Grid } from '../decoding/grid.js';
import type { Guidance } from '../decoding/guidance.js';
import type { Sampling } from '../decoding/sampler.js';
import type { Sequence } from '../decoding/sequence.js';
import type { Matrix, Precision } from '../graph/linear.js';
import type { TokenizerFamily } from '../graph/tokenizer-weights.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { SessionOptions } from '../runtime/session.js';
import type { StepSessionOptions } from '../runtime/step-session.js';
import type { DeviceTransformer, DeviceTransformerOptions } from './device-transformer.js';
import type { LayerSource } from './layerwise.js';
import type { FeatureEncoder, Transformer } from './transformer.js';

/**
 * Everything the server knows about a model family. To add one, add a directory beside this file with an object of this
 * type, and a line in families.ts.
 */
export interface ModelFamily<Id extends string = string> {
  /** The id used in model.json. */
  readonly id: Id;
  /** The name shown to people. */
  readonly title: string;
  /** A parameter that all its checkpoints have, for messages. */
  readonly signature: string;
  /** Whether a checkpoint with these parameter names belongs to this family. */
  readonly recognises: (names: readonly string[]) => boolean;

  /** @param anyOrder What model.json says, if `anyOrderVaries`. */
  readonly capabilities: (anyOrder?: boolean) => Capabilities;
  /** Whether only some models of the family support any order, so that model.json must say so. */
  readonly anyOrderVaries: boolean;

  /** Sizes stated in a checkpoint that do not always follow from the shapes of its parameters. */
  readonly statedSizes: (tensors: ReadonlyMap<string, StoredTensor>) => StatedSizes;
  /** The head dimension of all released models, for checkpoints that do not state it; omitted if all of them do. */
  readonly usualHeadDimension?: number;
  /**
   * @param heads The number of attention heads, if it does not follow from the parameters.
   * @throws CheckpointError listing every missing, misshapen and unexpected parameter.
   */
  readonly read: (reader: ParameterReader, heads: number) => FamilyWeights;
  /** Generation defaults: those of the released model of this shape. */
  readonly defaults: (shape: TransformerShape, tokenizer: TokenizerFamily, cells: number) => GenerationDefaults;

  /**
   * Loads a transformer from a safetensors file. Lookup tables are read into memory; ONNX Runtime maps the matrices.
   *
   * @throws CheckpointError if the file is broken, or does not match `heads` and `grid`.
   */
  readonly load: (path: string, heads: number, grid: Grid, options: StepSessionOptions) => Promise<Transformer>;
  /** Loads it for a device that draws the tokens itself. */
  readonly loadOnDevice: (
    path: string,
    heads: number,
    grid: Grid,
    options: DeviceTransformerOptions,
  ) => Promise<DeviceTransformer>;
  /** The layers up to `layer` as a feature encoder; omitted if the family has no features. */
  readonly loadFeatureEncoder?: (
    path: string,
    heads: number,
    grid: Grid,
    layer: number,
    options: SessionOptions,
  ) => Promise<FeatureEncoder>;
}

/** What a model supports. Other requests are rejected before they are queued. */
export interface Capabilities {
  /** Steps that decode more than one cell. */
  readonly parallelSteps: boolean;
  /** Any order of the cells; otherwise raster order only. */
  readonly anyOrder: boolean;
  /** Pictures that start from known tokens: inpainting, outpainting, editing. */
  readonly knownTokens: boolean;
  /** Pictures at twice the model's resolution. */
  readonly enlarging: boolean;
  readonly features: boolean;
}

/** Defaults for whatever an input omits. */
export interface GenerationDefaults extends Sampling {
  readonly steps: number;
  readonly guidance: Guidance;
}

export interface StatedSizes {
  /** heads * head dimension. */
  readonly dimension: number | undefined;
  readonly headDimension: StatedSize | undefined;
  /** Cells of a picture. */
  readonly cells: StatedSize | undefined;
}

/** A size stated in a checkpoint, and the parameter that states it. */
export interface StatedSize {
  readonly value: number;
  readonly by: string;
}

/** A checkpoint's parameters, read as those of a family. */
export interface FamilyWeights {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** Maps each parameter to its stored form, in the order of the forward pass. */
  store<T>(forms: StoredForms<T>): T[];
  /**
   * Logits [cells, vocabulary] of a known picture in its order, with one layer in memory at a time, so that a machine
   * can evaluate a model in fp32 that would not fit into its memory.
   *
   * @param onLayer Called after each layer.
   */
  logitsByLayer(
    source: LayerSource,
    picture: Sequence,
    grid: Grid,
    options: SessionOptions,
    onLayer: () => void,
  ): Promise<Float32Array>;
}

/** How each kind of parameter is stored. */
export interface StoredForms<T> {
  readonly vector: (parameter: Parameter) => T[];
  /** Looked up by row. */
  readonly table: (parameter: Parameter) => T[];
  readonly matrix: (matrix: Matrix) => T[];
  /** A matrix whose quantization error matters more, or that is used too rarely for fewer bits to save time. */
  readonly fineMatrix: (matrix: Matrix) => T[];
}
