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

/**
 * A RandAR server. All methods reject with RandarError if the server refuses, or with the reason of an aborted signal.
 */
export interface Client {
  /**
   * Starts a generation and yields its events in order, reconnecting as needed. Leaving the loop cancels the
   * generation, unless `input.keep` is true. Images in `input.source` may be blobs: `{ upload: blob }`.
   */
  generate(input: GenerateInput, options?: EventOptions): AsyncIterableIterator<GenerationEvent>;
  /** Follows a generation that is queued, running or kept. Leaving the loop does not affect it. */
  follow(id: string, options?: FollowOptions): AsyncIterableIterator<GenerationEvent>;
  /** Queues a generation without following it. */
  queue(input: GenerateInput, options?: RequestOptions): Promise<Generation>;
  /** Stops a generation; no further step is computed. A finished one is returned unchanged. */
  cancel(id: string, options?: RequestOptions): Promise<Generation>;

  models(options?: RequestOptions): Promise<readonly Model[]>;
  /** The model with this id, or the default model; null if there is none. */
  model(id?: string, options?: RequestOptions): Promise<Model | null>;
  /** The labels of a model; null if there is no such model. */
  labels(options?: LabelOptions): Promise<LabelPage | null>;
  /** Null if it never existed or is no longer kept. */
  generation(id: string, options?: PictureForm & RequestOptions): Promise<FinishedGeneration | null>;
  /** Newest first. */
  generations(options?: GenerationsOptions): Promise<GenerationPage>;
  /** The number of tokens that each step would decode. */
  decodingPlan(input: DecodingPlanInput, options?: RequestOptions): Promise<readonly number[]>;
  /** Encodes a picture as tokens. */
  tokenize(image: ImageSource, options?: TokenizeOptions): Promise<TokenGrid>;
  /** Decodes tokens to a picture. */
  detokenize(input: DetokenizeInput, options?: PictureForm & RequestOptions): Promise<Picture>;
  /** Features of a picture: one vector, or one per cell if `pooling` is NONE. */
  features(image: ImageSource, options?: FeatureOptions): Promise<Features>;
  server(options?: RequestOptions): Promise<ServerInfo>;

  /** Ends all calls with CLIENT_CLOSED, cancels generations started by `generate`, and closes the connection. */
  close(): Promise<void>;
}

export interface RequestOptions {
  /** Stops waiting; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface EventOptions extends PictureOptions {
  /** Leaves the events. A generation started by `generate` is cancelled, unless it is to be kept. */
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
  /** Take the output of this transformer block. Default: the middle one. */
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
