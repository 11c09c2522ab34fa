import type { GenerationEvent } from './events.js';
import type {
  DecodingPlanInput,
  DetokenizeInput,
  DetokenizeQuery,
  FeaturePooling,
  GenerateInput,
  GenerationFieldsFragment,
  GenerationQuery,
  GenerationsQuery,
  GenerationStatus,
  LabelsQuery,
  ModelFieldsFragment,
  ServerQuery,
  TokenGridFieldsFragment,
} from './generated/operations.js';
import type { ImageSource } from './image.js';
import type { PictureForm, PictureOptions } from './picture-form.js';

/** A RandAR server. Everything rejects with RandarError where the server refuses, and with its signal's reason. */
export interface Client {
  /**
   * Draws, and follows: every event in order, through lost connections. Leaving the loop cancels the generation, unless
   * `input.keep` is true. Images of its source may be blobs: `{ upload: blob }`.
   */
  generate(input: GenerateInput, options?: EventOptions): AsyncIterableIterator<GenerationEvent>;
  /** Follows a generation that is queued, running or kept. Leaving the loop leaves it alone. */
  follow(id: string, options?: FollowOptions): AsyncIterableIterator<GenerationEvent>;
  /** Queues a generation without following it. */
  queue(input: GenerateInput, options?: RequestOptions): Promise<Generation>;
  /** Stops a generation; no further step is computed for it. A finished one is returned unchanged. */
  cancel(id: string, options?: RequestOptions): Promise<Generation>;

  models(options?: RequestOptions): Promise<readonly Model[]>;
  /** One model, the default without an id; null where there is none of that id. */
  model(id?: string, options?: RequestOptions): Promise<Model | null>;
  /** What a model can draw; null where there is no such model. */
  labels(options?: LabelOptions): Promise<LabelPage | null>;
  /** Null where it never was, or is no longer kept. */
  generation(id: string, options?: PictureForm & RequestOptions): Promise<FinishedGeneration | null>;
  /** Newest first. */
  generations(options?: GenerationsOptions): Promise<GenerationPage>;
  /** How many tokens each step would decode. */
  decodingPlan(input: DecodingPlanInput, options?: RequestOptions): Promise<readonly number[]>;
  /** The tokens of a picture. */
  tokenize(image: ImageSource, options?: TokenizeOptions): Promise<TokenGrid>;
  /** The picture of tokens. */
  detokenize(input: DetokenizeInput, options?: PictureForm & RequestOptions): Promise<Picture>;
  /** What the transformer sees in a picture: one vector, or one a cell where `pooling` is NONE. */
  features(image: ImageSource, options?: FeatureOptions): Promise<Features>;
  server(options?: RequestOptions): Promise<ServerInfo>;

  /** Ends all that is under way with CLIENT_CLOSED, cancels what `generate` began, and then the connection. */
  close(): Promise<void>;
}

export interface RequestOptions {
  /** Stops waiting: what was asked for rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface EventOptions extends PictureOptions {
  /** Leaves: a generation that was begun by `generate` and is not to be kept is cancelled. */
  readonly signal?: AbortSignal;
}

export interface FollowOptions extends EventOptions {
  /** The last sequence number already seen; 0 for all events. */
  readonly after?: number;
}

export interface PageOptions extends RequestOptions {
  readonly first?: number;
  readonly after?: string;
}

export interface LabelOptions extends PageOptions {
  readonly model?: string;
  readonly search?: string;
}

export interface GenerationsOptions extends PageOptions {
  readonly status?: readonly GenerationStatus[];
  readonly images?: PictureForm;
}

export interface TokenizeOptions extends RequestOptions {
  readonly model?: string;
}

export interface FeatureOptions extends RequestOptions {
  readonly model?: string;
  /** The block behind which they are taken; the middle one where absent. */
  readonly layer?: number;
  readonly pooling?: FeaturePooling;
}

export interface Features {
  readonly layer: number;
  readonly dimension: number;
  readonly cells: number;
  /** [cells, dimension] */
  readonly values: Float32Array;
}

export type Model = ModelFieldsFragment;
export type Generation = GenerationFieldsFragment;
export type FinishedGeneration = NonNullable<GenerationQuery['generation']>;
export type GenerationPage = GenerationsQuery['generations'];
export type LabelPage = NonNullable<LabelsQuery['model']>['labels'];
export type Picture = DetokenizeQuery['detokenize'];
export type TokenGrid = TokenGridFieldsFragment;
export type ServerInfo = ServerQuery['server'];
