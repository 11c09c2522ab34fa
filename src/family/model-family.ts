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
import type { LayerSource } from './layerwise.js';
import type { FeatureEncoder, Transformer } from './transformer.js';

/**
 * All that the server knows of a family of models. A new family is a folder beside this file that holds one of these, and
 * a line in families.ts.
 */
export interface ModelFamily<Id extends string = string> {
  /** As model.json names it. */
  readonly id: Id;
  /** As people name it. */
  readonly title: string;
  /** A parameter that all its checkpoints have, for messages. */
  readonly signature: string;
  /** Whether it is this family that a checkpoint's parameters have the names of. */
  readonly recognises: (names: readonly string[]) => boolean;

  /** @param anyOrder what the model says of itself, where the family leaves it open */
  readonly capabilities: (anyOrder?: boolean) => Capabilities;
  /** Whether only some models of the family follow any order, so that each must say whether it does. */
  readonly anyOrderVaries: boolean;

  /** What a checkpoint states of sizes that need not follow from the shapes of its parameters. */
  readonly statedSizes: (tensors: ReadonlyMap<string, StoredTensor>) => StatedSizes;
  /** Of all released models, for checkpoints that do not state it; none where every checkpoint does. */
  readonly usualHeadDimension?: number;
  /**
   * @param heads attention heads, where they do not follow from the parameters
   * @throws CheckpointError that names every missing, misshapen and unexpected parameter
   */
  readonly read: (reader: ParameterReader, heads: number) => FamilyWeights;
  /** What a generation uses by default: that of the released model of this shape. */
  readonly defaults: (shape: TransformerShape, tokenizer: TokenizerFamily, cells: number) => GenerationDefaults;

  /**
   * Loads a safetensors file of a transformer's weights. What is looked up by row comes into memory; the matrices go from
   * the file to ONNX Runtime.
   *
   * @throws CheckpointError where the file is broken, or is for something else than `heads` and `grid`
   */
  readonly load: (path: string, heads: number, grid: Grid, options: StepSessionOptions) => Promise<Transformer>;
  /** The layers up to `layer` as an encoder of pictures; a family without the capability has none. */
  readonly loadFeatureEncoder?: (
    path: string,
    heads: number,
    grid: Grid,
    layer: number,
    options: SessionOptions,
  ) => Promise<FeatureEncoder>;
}

/** What a model can be asked for. The rest is refused before it is queued. */
export interface Capabilities {
  /** Steps that decode more than one cell. */
  readonly parallelSteps: boolean;
  /** Any order of the cells, or row by row alone. */
  readonly anyOrder: boolean;
  /** Pictures that start from known tokens: inpainting, outpainting, editing. */
  readonly knownTokens: boolean;
  /** Pictures of twice the model's own size. */
  readonly enlarging: boolean;
  readonly features: boolean;
}

/** What a generation uses where its input says nothing. */
export interface GenerationDefaults extends Sampling {
  readonly steps: number;
  readonly guidance: Guidance;
}

export interface StatedSizes {
  /** Numbers of a position: heads times head dimension. */
  readonly dimension: number | undefined;
  readonly headDimension: StatedSize | undefined;
  /** Cells of a picture. */
  readonly cells: StatedSize | undefined;
}

/** A size that a checkpoint states, and the parameter that states it. */
export interface StatedSize {
  readonly value: number;
  readonly by: string;
}

/** The parameters of a checkpoint, read as those of a family. */
export interface FamilyWeights {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** What becomes of each parameter, in the order of the forward pass. */
  store<T>(forms: StoredForms<T>): T[];
  /**
   * Logits [cells, vocabulary] of a known picture in its order, one layer in memory at a time: so a machine can judge a
   * model in fp32 that it could not run in it.
   *
   * @param onLayer called after each layer
   */
  logitsByLayer(
    source: LayerSource,
    picture: Sequence,
    grid: Grid,
    options: SessionOptions,
    onLayer: () => void,
  ): Promise<Float32Array>;
}

/** What becomes of each kind of parameter when a transformer is stored. */
export interface StoredForms<T> {
  readonly vector: (parameter: Parameter) => T[];
  /** Looked up by row. */
  readonly table: (parameter: Parameter) => T[];
  readonly matrix: (matrix: Matrix) => T[];
  /** A matrix whose errors show more than others', or that is multiplied with too rarely for fewer bits to save time. */
  readonly fineMatrix: (matrix: Matrix) => T[];
}
