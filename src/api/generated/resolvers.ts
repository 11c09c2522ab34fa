import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { GeneratedImageView, EventView, FeaturesView, StepTokensView } from '../views.js';
import type { Generation as GenerationSource } from '../../generation/generation.js';
import type { Picture } from '../../generation/picture.js';
import type { ServedModel } from '../../engine/served-model.js';
import type { Context } from '../context.js';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A UTC timestamp in ISO 8601 format. */
  DateTime: { input: string; output: string; }
  /** A file uploaded in a multipart request (graphql-multipart-request-spec). */
  File: { input: File; output: never; }
  /** A GenerateInput as a JSON object. Save it and send it again as the `input` variable of generate. */
  GenerateInputJSON: { input: never; output: GenerateInput; }
};

/** A decoding plan. */
export type DecodingPlan = {
  readonly __typename?: 'DecodingPlan';
  /** Number of tokens decoded in each step. */
  readonly tokensPerStep: ReadonlyArray<Scalars['Int']['output']>;
};

/** What to plan. */
export type DecodingPlanInput = {
  /** Number of cells known from the start, 0 to cells - 1. */
  readonly known?: InputMaybe<Scalars['Int']['input']>;
  /** Model id. Default: the server's default model. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** How many tokens each step decodes. Default: COSINE. */
  readonly schedule?: InputMaybe<ScheduleInput>;
  /** Decoding steps. Default: the model's, scaled by the share of unknown cells. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
};

/** The tokens to decode. */
export type DetokenizeInput = {
  /** Height in cells, 1 to 64. Default: the model's. */
  readonly height?: InputMaybe<Scalars['Int']['input']>;
  /** Model id. Default: the server's default model. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** Tokens row by row: width * height numbers, 0 to vocabularySize - 1. */
  readonly tokens: ReadonlyArray<Scalars['Int']['input']>;
  /** Width in cells, 1 to 64. Default: the model's. */
  readonly width?: InputMaybe<Scalars['Int']['input']>;
};

/** How the features of a picture's cells are pooled. */
export type FeaturePooling =
  /** The mean over all cells: one vector per picture. */
  | 'MEAN'
  /** One vector per cell. */
  | 'NONE';

/** Features of a picture. */
export type Features = {
  readonly __typename?: 'Features';
  /** `values` as base64 of little-endian float32. */
  readonly base64: Scalars['String']['output'];
  /** Number of vectors: one per cell, or 1 if pooled. */
  readonly cells: Scalars['Int']['output'];
  /** Length of one vector. */
  readonly dimension: Scalars['Int']['output'];
  /** The transformer block they were taken from, from 0. */
  readonly layer: Scalars['Int']['output'];
  /** The vectors of all cells in raster order, `dimension` numbers each. */
  readonly values: ReadonlyArray<Scalars['Float']['output']>;
};

/** A picture and the features to extract from it. */
export type FeaturesInput = {
  /** The picture, scaled to cover the model's resolution and cropped around the centre. */
  readonly image: ImageInput;
  /** Take the output of this transformer block, from 0. Default: the middle block. */
  readonly layer?: InputMaybe<Scalars['Int']['input']>;
  /** Model id. Default: the server's default model. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** How features are pooled. */
  readonly pooling?: InputMaybe<FeaturePooling>;
};

/** What to draw and how to decode it. Only the label is required. */
export type GenerateInput = {
  /** Number of pictures, 1 to 16. Picture i uses seed + i. */
  readonly count?: InputMaybe<Scalars['Int']['input']>;
  /** Classifier-free guidance. Default: the model's. */
  readonly guidance?: InputMaybe<GuidanceInput>;
  /** Keep generating after the subscriber disconnects. */
  readonly keep?: InputMaybe<Scalars['Boolean']['input']>;
  /** The class to draw. */
  readonly label: LabelInput;
  /** Model id. Default: the server's default model. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** The order in which cells are decoded. Default: the model's (RANDOM for RandAR). */
  readonly order?: InputMaybe<OrderInput>;
  /** Previews of the unfinished picture. Default: a mosaic after every step. */
  readonly preview?: InputMaybe<PreviewInput>;
  /** How many tokens each step decodes. Default: COSINE. */
  readonly schedule?: InputMaybe<ScheduleInput>;
  /** 0 to 2147483647. The same seed, input, model and device give the same tokens. Default: random, reported in Generation.seed. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Generate at twice the resolution the model was trained on. Default: the model's resolution. */
  readonly size?: InputMaybe<SizeInput>;
  /** A picture or tokens to start from. Cannot be combined with `size`. Default: none. */
  readonly source?: InputMaybe<SourceInput>;
  /** Decoding steps, 1 to the number of unknown cells. Default: the model's, scaled by the share of unknown cells. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
  /** Sampling temperature, 0 to 10; 0 is greedy decoding. Default: the model's. */
  readonly temperature?: InputMaybe<Scalars['Float']['input']>;
  /** Sample from the k most likely tokens, 0 to the vocabulary size; 0 turns it off. Default: the model's. */
  readonly topK?: InputMaybe<Scalars['Int']['input']>;
  /** Sample from the most likely tokens up to this cumulative probability, 0 to 1; 1 turns it off. Default: the model's. */
  readonly topP?: InputMaybe<Scalars['Float']['input']>;
};

/** A finished picture. */
export type GeneratedImage = {
  readonly __typename?: 'GeneratedImage';
  /** The picture. */
  readonly image: Image;
  /** Index of the picture within the generation, from 0. */
  readonly index: Scalars['Int']['output'];
  /** Seed that reproduces this picture on its own (count 1). */
  readonly seed: Scalars['Int']['output'];
  /** Its tokens. */
  readonly tokens: TokenGrid;
};

/** A request for one or more pictures, and its progress. */
export type Generation = {
  readonly __typename?: 'Generation';
  /** Number of pictures. */
  readonly count: Scalars['Int']['output'];
  /** Time it was queued. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Set if status is FAILED. */
  readonly error?: Maybe<GenerationError>;
  /** Time it completed, failed or was cancelled. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Valid for as long as the server keeps the generation in memory. */
  readonly id: Scalars['ID']['output'];
  /** The finished pictures. Empty until status is COMPLETED. */
  readonly images: ReadonlyArray<GeneratedImage>;
  /**
   * Input that reproduces this generation: the client's input with model and seed filled in and without `keep`.
   * A source is replaced by the tokens it was encoded to, so the images are not needed again. Pixels blended in by
   * `blend` are not reproduced.
   */
  readonly input: Scalars['GenerateInputJSON']['output'];
  /** The label. */
  readonly label: Label;
  /** The model. */
  readonly model: Model;
  /** Seed of picture 0. Picture i uses seed + i. */
  readonly seed: Scalars['Int']['output'];
  /** Time its first step began. */
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Current state. */
  readonly status: GenerationStatus;
  /** Steps completed so far. */
  readonly step: Scalars['Int']['output'];
  /** Total number of steps. */
  readonly totalSteps: Scalars['Int']['output'];
};

/** The generation was cancelled. */
export type GenerationCancelled = GenerationEvent & {
  readonly __typename?: 'GenerationCancelled';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** All pictures are finished. */
export type GenerationCompleted = GenerationEvent & {
  readonly __typename?: 'GenerationCompleted';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** The finished pictures. */
  readonly images: ReadonlyArray<GeneratedImage>;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** A page of generations. */
export type GenerationConnection = {
  readonly __typename?: 'GenerationConnection';
  /** The edges on this page. */
  readonly edges: ReadonlyArray<GenerationEdge>;
  /** Paging information. */
  readonly pageInfo: PageInfo;
  /** Number of items on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A generation and its cursor. */
export type GenerationEdge = {
  readonly __typename?: 'GenerationEdge';
  /** Pass it as `after` to get the items after this one. */
  readonly cursor: Scalars['String']['output'];
  /** The generation. */
  readonly node: Generation;
};

/** Why a generation failed. */
export type GenerationError = {
  readonly __typename?: 'GenerationError';
  /** Machine-readable code, for example WORKER_DIED. */
  readonly code: Scalars['String']['output'];
  /** Human-readable message. */
  readonly message: Scalars['String']['output'];
};

/** Events are numbered from 1 without gaps and delivered in order. The last one is GenerationCompleted, GenerationFailed or GenerationCancelled. */
export type GenerationEvent = {
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** The generation ended with an error. */
export type GenerationFailed = GenerationEvent & {
  readonly __typename?: 'GenerationFailed';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** What went wrong. */
  readonly error: GenerationError;
  /** The generation in its current state. */
  readonly generation: Generation;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** The generation is waiting in the queue. */
export type GenerationQueued = GenerationEvent & {
  readonly __typename?: 'GenerationQueued';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** Number of generations of the same model ahead of it in the queue. */
  readonly position: Scalars['Int']['output'];
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** Decoding has started. */
export type GenerationStarted = GenerationEvent & {
  readonly __typename?: 'GenerationStarted';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** For each picture, the tokens known from the start, as given by the source. */
  readonly known: ReadonlyArray<TokenGrid>;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
  /** Total number of steps. */
  readonly totalSteps: Scalars['Int']['output'];
};

/** The state of a generation. The last three are final. */
export type GenerationStatus =
  /** Cancelled by a client. */
  | 'CANCELLED'
  /** All pictures are finished. */
  | 'COMPLETED'
  /** Ended with an error. */
  | 'FAILED'
  /** Waiting in the queue. */
  | 'QUEUED'
  /** Decoding. */
  | 'RUNNING';

/** The curve of the guidance scale from start to end. */
export type GuidanceCurve =
  /** Half a cosine wave. */
  | 'COSINE'
  /** A straight line. */
  | 'LINEAR';

/**
 * Classifier-free guidance. The scale moves from start to end as x = decoded cells / all cells goes from 0 to 1. Start 1, end 1 turns it off.
 * LINEAR: start + (end - start) * x. COSINE: start + (end - start) * (1 - cos(pi * x^power)) / 2, as in RAR.
 */
export type GuidanceInput = {
  /** The curve from start to end. */
  readonly curve?: InputMaybe<GuidanceCurve>;
  /** Scale at the last cell, 0 to 100. */
  readonly end: Scalars['Float']['input'];
  /** Exponent of the COSINE curve, 0 to 10. */
  readonly power?: InputMaybe<Scalars['Float']['input']>;
  /** Scale at the first cell, 0 to 100. */
  readonly start: Scalars['Float']['input'];
};

/** A picture. It is rendered and encoded only when requested. */
export type Image = {
  readonly __typename?: 'Image';
  /** The picture as a base64 data URI. */
  readonly dataUri: Scalars['String']['output'];
  /** Height in pixels. */
  readonly height: Scalars['Int']['output'];
  /** URL of the picture on this server, served with an ETag and immutable caching. */
  readonly url: Scalars['String']['output'];
  /** Width in pixels. */
  readonly width: Scalars['Int']['output'];
};


/** A picture. It is rendered and encoded only when requested. */
export type ImageDataUriArgs = {
  format?: InputMaybe<ImageFormat>;
  quality?: InputMaybe<Scalars['Int']['input']>;
};


/** A picture. It is rendered and encoded only when requested. */
export type ImageUrlArgs = {
  format?: InputMaybe<ImageFormat>;
  quality?: InputMaybe<Scalars['Int']['input']>;
};

/** How an image is scaled to the target size. */
export type ImageFit =
  /** Scaled to fit inside the target, centred. */
  | 'CONTAIN'
  /** Scaled to cover the target, then cropped around the centre. */
  | 'COVER'
  /** Stretched to the target. */
  | 'FILL';

/** File format of a picture. */
export type ImageFormat =
  /** Lossy; smallest, but slow to encode. */
  | 'AVIF'
  /** Lossy; supported everywhere. */
  | 'JPEG'
  /** Lossless. */
  | 'PNG'
  /** Lossy; small and fast to encode. */
  | 'WEBP';

/** An image, uploaded with the request or inline. The server never fetches URLs. */
export type ImageInput =
  /** For example data:image/png;base64,iVBORw0... */
  { readonly dataUri: Scalars['String']['input']; readonly upload?: never; }
  |  /** A file uploaded in a multipart request. */
  { readonly dataUri?: never; readonly upload: Scalars['File']['input']; };

/** Redraws the white (or opaque) parts of a mask. A cell is redrawn if the mask touches any of its pixels. */
export type InpaintInput = {
  /** If set, the original pixels are blended back over the unmasked part, with a soft edge this many pixels wide, 0 to 64. Default: no blending, so unmasked parts are the tokenizer's reconstruction. */
  readonly blend?: InputMaybe<Scalars['Int']['input']>;
  /** How the image and mask are scaled to the model's resolution. Areas left empty by CONTAIN are drawn as well. */
  readonly fit?: InputMaybe<ImageFit>;
  /** The picture. */
  readonly image: ImageInput;
  /** Stretched to the size of the image. If the mask has transparent parts, its opaque parts are redrawn; otherwise its white parts. */
  readonly mask: ImageInput;
};

/** Known tokens. All other cells are drawn. */
export type KnownTokensInput = {
  /** The cells of the known tokens, without duplicates. Cells are numbered row by row from the top left. */
  readonly positions: ReadonlyArray<Scalars['Int']['input']>;
  /** The token of each of those cells. */
  readonly tokens: ReadonlyArray<Scalars['Int']['input']>;
};

/** A class the model was trained on. */
export type Label = {
  readonly __typename?: 'Label';
  /** Class index, from 0. */
  readonly index: Scalars['Int']['output'];
  /** Short name without spaces, unique within the model. */
  readonly name: Scalars['String']['output'];
  /** A single character that depicts the label, if there is one. */
  readonly symbol?: Maybe<Scalars['String']['output']>;
  /** Display name. */
  readonly title: Scalars['String']['output'];
};

/** A page of labels. */
export type LabelConnection = {
  readonly __typename?: 'LabelConnection';
  /** The edges on this page. */
  readonly edges: ReadonlyArray<LabelEdge>;
  /** Paging information. */
  readonly pageInfo: PageInfo;
  /** Number of items on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A label and its cursor. */
export type LabelEdge = {
  readonly __typename?: 'LabelEdge';
  /** Pass it as `after` to get the items after this one. */
  readonly cursor: Scalars['String']['output'];
  /** The label. */
  readonly node: Label;
};

/** A label, by name or by class index. */
export type LabelInput =
  /** Class index, from 0. */
  { readonly index: Scalars['Int']['input']; readonly name?: never; }
  |  /** For example "rocket". */
  { readonly index?: never; readonly name: Scalars['String']['input']; };

/** A transformer with its tokenizer and labels: one directory in the models directory. */
export type Model = {
  readonly __typename?: 'Model';
  /** Features that depend on the model family. Unsupported input is rejected before it is queued. */
  readonly capabilities: ModelCapabilities;
  /** Defaults for omitted input fields. */
  readonly defaults: SamplingDefaults;
  /** The device that runs the model: cpu, cuda:N or webgpu. */
  readonly device: Scalars['String']['output'];
  /** The model family: randar or rar. */
  readonly family: Scalars['String']['output'];
  /** Height of the token grid, in cells. */
  readonly gridHeight: Scalars['Int']['output'];
  /** Width of the token grid, in cells. */
  readonly gridWidth: Scalars['Int']['output'];
  /** The directory name. */
  readonly id: Scalars['ID']['output'];
  /** Height of a picture, in pixels. */
  readonly imageHeight: Scalars['Int']['output'];
  /** Width of a picture, in pixels. */
  readonly imageWidth: Scalars['Int']['output'];
  /** The classes the model was trained on. */
  readonly labels: LabelConnection;
  /** License of the weights. */
  readonly license?: Maybe<Scalars['String']['output']>;
  /** Display name. */
  readonly name: Scalars['String']['output'];
  /** Number of transformer parameters. */
  readonly parameters: Scalars['Float']['output'];
  /** How the weights are stored: fp32, fp16, int8 or int4. */
  readonly precision: Scalars['String']['output'];
  /** Size of the vocabulary: tokens are 0 to vocabularySize - 1. */
  readonly vocabularySize: Scalars['Int']['output'];
};


/** A transformer with its tokenizer and labels: one directory in the models directory. */
export type ModelLabelsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
};

/** What a model supports. Input that needs anything else is rejected with the reason. */
export type ModelCapabilities = {
  readonly __typename?: 'ModelCapabilities';
  /** All kinds of `order`. If false, only RASTER. */
  readonly anyOrder: Scalars['Boolean']['output'];
  /** `size` with factor 2. */
  readonly enlarging: Scalars['Boolean']['output'];
  /** The `features` query. */
  readonly features: Scalars['Boolean']['output'];
  /** `source`: inpainting, outpainting, known tokens and redrawing cells. */
  readonly knownTokens: Scalars['Boolean']['output'];
  /** Several cells per step: `steps` and all kinds of `schedule`. If false, each step decodes one cell. */
  readonly parallelSteps: Scalars['Boolean']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Cancels a queued or running generation: no further step is computed. A finished generation is returned unchanged. */
  readonly cancelGeneration: Generation;
  /** Queues a generation and returns immediately. Follow it with the generation subscription. */
  readonly generate: Generation;
};


export type MutationCancelGenerationArgs = {
  id: Scalars['ID']['input'];
};


export type MutationGenerateArgs = {
  input: GenerateInput;
};

/** A named order, or an explicit list of cells. */
export type OrderInput =
  /** A named order. */
  { readonly kind: OrderKind; readonly positions?: never; }
  |  /** A permutation of 0 to cells - 1; known cells may be left out. Cells are numbered row by row from the top left. */
  { readonly kind?: never; readonly positions: ReadonlyArray<Scalars['Int']['input']>; };

/** The order in which cells are decoded. */
export type OrderKind =
  /** By distance from the centre; cells at equal distance are shuffled by the seed. */
  | 'CENTER_OUT'
  /** A two-dimensional low-discrepancy (Halton) sequence; its starting point depends on the seed. */
  | 'HALTON'
  /** Locality-aware: each step takes cells close to decoded ones and far from each other. Ties are broken by the seed. */
  | 'LOCALITY'
  /** A random permutation; depends on the seed. */
  | 'RANDOM'
  /** Row by row from the top left. */
  | 'RASTER'
  /** Clockwise from the centre outwards. */
  | 'SPIRAL'
  /** Coarse to fine: even rows and columns first, recursively. */
  | 'SUBSAMPLE';

/** Places a picture on the grid and draws its surroundings. */
export type OutpaintInput = {
  /** How the image is scaled to that size. Areas left empty by CONTAIN are drawn as well. */
  readonly fit?: InputMaybe<ImageFit>;
  /** Height of the image, in cells. */
  readonly height: Scalars['Int']['input'];
  /** The picture. */
  readonly image: ImageInput;
  /** Width of the image, in cells. */
  readonly width: Scalars['Int']['input'];
  /** Column of the image's left edge, in cells from 0. */
  readonly x: Scalars['Int']['input'];
  /** Row of the image's top edge, in cells from 0. */
  readonly y: Scalars['Int']['input'];
};

/** Information about a page (Relay connection). */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the last edge. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there are items after this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are items before this page. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** Which previews to render. */
export type PreviewInput = {
  /** Render after every n-th step, at least 1. */
  readonly every?: InputMaybe<Scalars['Int']['input']>;
  /** How to render them. */
  readonly mode?: InputMaybe<PreviewMode>;
};

/** How a preview is rendered from the tokens decoded so far. */
export type PreviewMode =
  /** The tokenizer's decoder. Costs compute, so the server limits how many it renders. */
  | 'DECODED'
  /** A precomputed patch for each token. Very cheap. */
  | 'MOSAIC'
  /** No previews, only tokens. */
  | 'NONE';

/** A preview of the picture after `step`. Previews never delay decoding: if rendering falls behind, some are skipped. */
export type PreviewRendered = GenerationEvent & {
  readonly __typename?: 'PreviewRendered';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** The preview. Cells not decoded yet show a checkerboard. */
  readonly image: Image;
  /** Index of the picture within the generation, from 0. */
  readonly index: Scalars['Int']['output'];
  /** How the preview was rendered. */
  readonly mode: PreviewMode;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
  /** The step shown. */
  readonly step: Scalars['Int']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** How many tokens each step would decode. Nothing is run. */
  readonly decodingPlan: DecodingPlan;
  /** Decodes a token grid to a picture with the model's tokenizer. */
  readonly detokenize: Image;
  /** The transformer's bidirectional features of a picture. The sequence is fed twice, so that every cell attends to all others. */
  readonly features: Features;
  /** One generation. Null if it never existed or has been evicted. */
  readonly generation?: Maybe<Generation>;
  /** The generations this server has in memory, newest first (Relay connection). */
  readonly generations: GenerationConnection;
  /** One model, or the default model if no id is given. Null if there is no such model. */
  readonly model?: Maybe<Model>;
  /** The models this server runs, default model first. */
  readonly models: ReadonlyArray<Model>;
  /** The server's version and load. */
  readonly server: ServerInfo;
  /** Encodes a picture to tokens with the model's tokenizer. */
  readonly tokenize: TokenGrid;
};


export type QueryDecodingPlanArgs = {
  input: DecodingPlanInput;
};


export type QueryDetokenizeArgs = {
  input: DetokenizeInput;
};


export type QueryFeaturesArgs = {
  input: FeaturesInput;
};


export type QueryGenerationArgs = {
  id: Scalars['ID']['input'];
};


export type QueryGenerationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<ReadonlyArray<GenerationStatus>>;
};


export type QueryModelArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryTokenizeArgs = {
  input: TokenizeInput;
};

/** Redraws some cells of a finished picture with the label, seed and settings of this input. All other cells are kept. */
export type RedrawInput = {
  /** The cells to redraw: at least one, not all, no duplicates. Cells are numbered row by row from the top left. */
  readonly cells: ReadonlyArray<Scalars['Int']['input']>;
  /** Id of a completed generation of the same model that is still in memory. */
  readonly generation: Scalars['ID']['input'];
  /** Index of the picture within that generation, from 0. */
  readonly image?: InputMaybe<Scalars['Int']['input']>;
};

/** Defaults for omitted input fields. */
export type SamplingDefaults = {
  readonly __typename?: 'SamplingDefaults';
  /** Curve of the guidance scale from start to end. */
  readonly guidanceCurve: GuidanceCurve;
  /** Guidance scale at the last cell. */
  readonly guidanceEnd: Scalars['Float']['output'];
  /** Exponent of the COSINE curve. */
  readonly guidancePower: Scalars['Float']['output'];
  /** Guidance scale at the first cell. */
  readonly guidanceStart: Scalars['Float']['output'];
  /** Order of the cells. */
  readonly order: OrderKind;
  /** Decoding steps. */
  readonly steps: Scalars['Int']['output'];
  /** Sampling temperature. */
  readonly temperature: Scalars['Float']['output'];
  /** Top-k; 0 means off. */
  readonly topK: Scalars['Int']['output'];
  /** Top-p; 1 means off. */
  readonly topP: Scalars['Float']['output'];
};

/** A named schedule, or an explicit number of tokens per step. */
export type ScheduleInput =
  /** A named schedule. */
  { readonly kind: ScheduleKind; readonly tokensPerStep?: never; }
  |  /** Tokens to decode in each step: at least 1 each, summing to the number of unknown cells. */
  { readonly kind?: never; readonly tokensPerStep: ReadonlyArray<Scalars['Int']['input']>; };

/** How many tokens each step decodes. */
export type ScheduleKind =
  /** Few tokens in the first steps, many in the last. As in the reference, the first step decodes one token, so `steps: 1` takes two steps. */
  | 'COSINE'
  /** The same number in every step. */
  | 'LINEAR'
  /** One token per step, so as many steps as cells. */
  | 'ONE_BY_ONE';

/** The server's version and load. */
export type ServerInfo = {
  readonly __typename?: 'ServerInfo';
  /** The device that runs the model: cpu, cuda:N or webgpu. */
  readonly device: Scalars['String']['output'];
  /** Maximum number of generations decoded at once, over all models. */
  readonly maxConcurrent: Scalars['Int']['output'];
  /** Generations waiting in the queue. */
  readonly queued: Scalars['Int']['output'];
  /** Generations being decoded. */
  readonly running: Scalars['Int']['output'];
  /** Decoding steps run since the server started. */
  readonly stepsComputed: Scalars['Float']['output'];
  /** Seconds since the server started. */
  readonly uptimeSeconds: Scalars['Float']['output'];
  /** Version of the randar package. */
  readonly version: Scalars['String']['output'];
};

/**
 * Factor 2 doubles width and height by resolution extrapolation: a picture at the model's resolution is decoded first,
 * then the cells in between. Cell numbers in events refer to the large grid; previews show the small picture first.
 * As in the reference implementation, `steps` counts steps over all cells of the large grid, including those already known.
 * Generation.totalSteps is the number of steps that actually run.
 */
export type SizeInput = {
  /** 1 or 2. */
  readonly factor: Scalars['Int']['input'];
  /** How strongly the small picture guides the cells in between. Start 1, end 1 turns it off. Default: 2.5 throughout. */
  readonly spatialGuidance?: InputMaybe<GuidanceInput>;
};

/** What to start from. The model fills in the rest to match. */
export type SourceInput =
  /** Redraw the masked part of a picture. */
  { readonly inpaint: InpaintInput; readonly outpaint?: never; readonly redraw?: never; readonly tokens?: never; }
  |  /** Extend a picture beyond its edges. */
  { readonly inpaint?: never; readonly outpaint: OutpaintInput; readonly redraw?: never; readonly tokens?: never; }
  |  /** Redraw some cells of a finished picture. */
  { readonly inpaint?: never; readonly outpaint?: never; readonly redraw: RedrawInput; readonly tokens?: never; }
  |  /** Start from given tokens. */
  { readonly inpaint?: never; readonly outpaint?: never; readonly redraw?: never; readonly tokens: KnownTokensInput; };

/** One decoding step: for each picture, the cells just decoded and their tokens. */
export type StepDecoded = GenerationEvent & {
  readonly __typename?: 'StepDecoded';
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation in its current state. */
  readonly generation: Generation;
  /** The decoded cells of each picture. */
  readonly images: ReadonlyArray<StepTokens>;
  /** Event number: 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
  /** Step number, 1 to totalSteps. */
  readonly step: Scalars['Int']['output'];
  /** Total number of steps. */
  readonly totalSteps: Scalars['Int']['output'];
};

/** The cells of one picture decoded in a step. */
export type StepTokens = {
  readonly __typename?: 'StepTokens';
  /** Number of cells of this picture known so far, including those it started from. */
  readonly decoded: Scalars['Int']['output'];
  /** Index of the picture within the generation, from 0. */
  readonly index: Scalars['Int']['output'];
  /** The cells just decoded, in decoding order. Cells are numbered row by row from the top left. */
  readonly positions: ReadonlyArray<Scalars['Int']['output']>;
  /** Probability of each token under the sampling distribution. */
  readonly probabilities: ReadonlyArray<Scalars['Float']['output']>;
  /** The token of each cell. */
  readonly tokens: ReadonlyArray<Scalars['Int']['output']>;
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** Queues a generation and streams its events. Ending the subscription cancels the generation, unless input.keep is true. */
  readonly generate: GenerationEvent;
  /** Streams the events of a generation: first the past events after sequence number `after`, then new events as they happen. */
  readonly generation: GenerationEvent;
};


export type SubscriptionGenerateArgs = {
  input: GenerateInput;
};


export type SubscriptionGenerationArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  id: Scalars['ID']['input'];
};

/** The tokens of a picture. */
export type TokenGrid = {
  readonly __typename?: 'TokenGrid';
  /** Height in cells. */
  readonly height: Scalars['Int']['output'];
  /** Tokens row by row; null for cells not decoded yet. */
  readonly values: ReadonlyArray<Maybe<Scalars['Int']['output']>>;
  /** Width in cells. */
  readonly width: Scalars['Int']['output'];
};

/** The picture to encode. */
export type TokenizeInput = {
  /** The picture, scaled to cover the model's resolution and cropped around the centre. */
  readonly image: ImageInput;
  /** Model id. Default: the server's default model. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DecodingPlan: ResolverTypeWrapper<DecodingPlan>;
  DecodingPlanInput: DecodingPlanInput;
  DetokenizeInput: DetokenizeInput;
  FeaturePooling: FeaturePooling;
  Features: ResolverTypeWrapper<FeaturesView>;
  FeaturesInput: FeaturesInput;
  File: ResolverTypeWrapper<Scalars['File']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  GenerateInput: GenerateInput;
  GenerateInputJSON: ResolverTypeWrapper<Scalars['GenerateInputJSON']['output']>;
  GeneratedImage: ResolverTypeWrapper<GeneratedImageView>;
  Generation: ResolverTypeWrapper<GenerationSource>;
  GenerationCancelled: ResolverTypeWrapper<EventView<"cancelled">>;
  GenerationCompleted: ResolverTypeWrapper<EventView<"completed">>;
  GenerationConnection: ResolverTypeWrapper<Omit<GenerationConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['GenerationEdge']> }>;
  GenerationEdge: ResolverTypeWrapper<Omit<GenerationEdge, 'node'> & { node: ResolversTypes['Generation'] }>;
  GenerationError: ResolverTypeWrapper<GenerationError>;
  GenerationEvent: ResolverTypeWrapper<EventView>;
  GenerationFailed: ResolverTypeWrapper<EventView<"failed">>;
  GenerationQueued: ResolverTypeWrapper<EventView<"queued">>;
  GenerationStarted: ResolverTypeWrapper<EventView<"started">>;
  GenerationStatus: GenerationStatus;
  GuidanceCurve: GuidanceCurve;
  GuidanceInput: GuidanceInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Image: ResolverTypeWrapper<Picture>;
  ImageFit: ImageFit;
  ImageFormat: ImageFormat;
  ImageInput: ImageInput;
  InpaintInput: InpaintInput;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  KnownTokensInput: KnownTokensInput;
  Label: ResolverTypeWrapper<Label>;
  LabelConnection: ResolverTypeWrapper<LabelConnection>;
  LabelEdge: ResolverTypeWrapper<LabelEdge>;
  LabelInput: LabelInput;
  Model: ResolverTypeWrapper<ServedModel>;
  ModelCapabilities: ResolverTypeWrapper<ModelCapabilities>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  OrderInput: OrderInput;
  OrderKind: OrderKind;
  OutpaintInput: OutpaintInput;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PreviewInput: PreviewInput;
  PreviewMode: PreviewMode;
  PreviewRendered: ResolverTypeWrapper<EventView<"preview">>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RedrawInput: RedrawInput;
  SamplingDefaults: ResolverTypeWrapper<SamplingDefaults>;
  ScheduleInput: ScheduleInput;
  ScheduleKind: ScheduleKind;
  ServerInfo: ResolverTypeWrapper<ServerInfo>;
  SizeInput: SizeInput;
  SourceInput: SourceInput;
  StepDecoded: ResolverTypeWrapper<EventView<"step">>;
  StepTokens: ResolverTypeWrapper<StepTokensView>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TokenGrid: ResolverTypeWrapper<TokenGrid>;
  TokenizeInput: TokenizeInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Boolean: Scalars['Boolean']['output'];
  DateTime: Scalars['DateTime']['output'];
  DecodingPlan: DecodingPlan;
  DecodingPlanInput: DecodingPlanInput;
  DetokenizeInput: DetokenizeInput;
  Features: FeaturesView;
  FeaturesInput: FeaturesInput;
  File: Scalars['File']['output'];
  Float: Scalars['Float']['output'];
  GenerateInput: GenerateInput;
  GenerateInputJSON: Scalars['GenerateInputJSON']['output'];
  GeneratedImage: GeneratedImageView;
  Generation: GenerationSource;
  GenerationCancelled: EventView<"cancelled">;
  GenerationCompleted: EventView<"completed">;
  GenerationConnection: Omit<GenerationConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['GenerationEdge']> };
  GenerationEdge: Omit<GenerationEdge, 'node'> & { node: ResolversParentTypes['Generation'] };
  GenerationError: GenerationError;
  GenerationEvent: EventView;
  GenerationFailed: EventView<"failed">;
  GenerationQueued: EventView<"queued">;
  GenerationStarted: EventView<"started">;
  GuidanceInput: GuidanceInput;
  ID: Scalars['ID']['output'];
  Image: Picture;
  ImageInput: ImageInput;
  InpaintInput: InpaintInput;
  Int: Scalars['Int']['output'];
  KnownTokensInput: KnownTokensInput;
  Label: Label;
  LabelConnection: LabelConnection;
  LabelEdge: LabelEdge;
  LabelInput: LabelInput;
  Model: ServedModel;
  ModelCapabilities: ModelCapabilities;
  Mutation: Record<PropertyKey, never>;
  OrderInput: OrderInput;
  OutpaintInput: OutpaintInput;
  PageInfo: PageInfo;
  PreviewInput: PreviewInput;
  PreviewRendered: EventView<"preview">;
  Query: Record<PropertyKey, never>;
  RedrawInput: RedrawInput;
  SamplingDefaults: SamplingDefaults;
  ScheduleInput: ScheduleInput;
  ServerInfo: ServerInfo;
  SizeInput: SizeInput;
  SourceInput: SourceInput;
  StepDecoded: EventView<"step">;
  StepTokens: StepTokensView;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  TokenGrid: TokenGrid;
  TokenizeInput: TokenizeInput;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DecodingPlanResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DecodingPlan'] = ResolversParentTypes['DecodingPlan']> = {
  tokensPerStep?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type FeaturesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Features'] = ResolversParentTypes['Features']> = {
  base64?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  cells?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  dimension?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  layer?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['Float']>, ParentType, ContextType>;
};

export interface FileScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['File'], any> {
  name: 'File';
}

export interface GenerateInputJsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['GenerateInputJSON'], any> {
  name: 'GenerateInputJSON';
}

export type GeneratedImageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GeneratedImage'] = ResolversParentTypes['GeneratedImage']> = {
  image?: Resolver<ResolversTypes['Image'], ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['TokenGrid'], ParentType, ContextType>;
};

export type GenerationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Generation'] = ResolversParentTypes['Generation']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['GenerationError']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  images?: Resolver<ReadonlyArray<ResolversTypes['GeneratedImage']>, ParentType, ContextType>;
  input?: Resolver<ResolversTypes['GenerateInputJSON'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['Label'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  seed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['GenerationStatus'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type GenerationCancelledResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationCancelled'] = ResolversParentTypes['GenerationCancelled']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationCompletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationCompleted'] = ResolversParentTypes['GenerationCompleted']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  images?: Resolver<ReadonlyArray<ResolversTypes['GeneratedImage']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationConnection'] = ResolversParentTypes['GenerationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GenerationEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type GenerationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationEdge'] = ResolversParentTypes['GenerationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
};

export type GenerationErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationError'] = ResolversParentTypes['GenerationError']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type GenerationEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationEvent'] = ResolversParentTypes['GenerationEvent']> = {
  __resolveType: TypeResolveFn<'GenerationCancelled' | 'GenerationCompleted' | 'GenerationFailed' | 'GenerationQueued' | 'GenerationStarted' | 'PreviewRendered' | 'StepDecoded', ParentType, ContextType>;
};

export type GenerationFailedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationFailed'] = ResolversParentTypes['GenerationFailed']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  error?: Resolver<ResolversTypes['GenerationError'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationQueuedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationQueued'] = ResolversParentTypes['GenerationQueued']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationStartedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationStarted'] = ResolversParentTypes['GenerationStarted']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  known?: Resolver<ReadonlyArray<ResolversTypes['TokenGrid']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ImageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Image'] = ResolversParentTypes['Image']> = {
  dataUri?: Resolver<ResolversTypes['String'], ParentType, ContextType, RequireFields<ImageDataUriArgs, 'format'>>;
  height?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType, RequireFields<ImageUrlArgs, 'format'>>;
  width?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type LabelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Label'] = ResolversParentTypes['Label']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  symbol?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type LabelConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LabelConnection'] = ResolversParentTypes['LabelConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['LabelEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type LabelEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LabelEdge'] = ResolversParentTypes['LabelEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Label'], ParentType, ContextType>;
};

export type ModelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model']> = {
  capabilities?: Resolver<ResolversTypes['ModelCapabilities'], ParentType, ContextType>;
  defaults?: Resolver<ResolversTypes['SamplingDefaults'], ParentType, ContextType>;
  device?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  family?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  gridHeight?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  gridWidth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  imageHeight?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  imageWidth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  labels?: Resolver<ResolversTypes['LabelConnection'], ParentType, ContextType, RequireFields<ModelLabelsArgs, 'first'>>;
  license?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  parameters?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  precision?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  vocabularySize?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ModelCapabilitiesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelCapabilities'] = ResolversParentTypes['ModelCapabilities']> = {
  anyOrder?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  enlarging?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  features?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  knownTokens?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  parallelSteps?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  cancelGeneration?: Resolver<ResolversTypes['Generation'], ParentType, ContextType, RequireFields<MutationCancelGenerationArgs, 'id'>>;
  generate?: Resolver<ResolversTypes['Generation'], ParentType, ContextType, RequireFields<MutationGenerateArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PreviewRenderedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PreviewRendered'] = ResolversParentTypes['PreviewRendered']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  image?: Resolver<ResolversTypes['Image'], ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  mode?: Resolver<ResolversTypes['PreviewMode'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  decodingPlan?: Resolver<ResolversTypes['DecodingPlan'], ParentType, ContextType, RequireFields<QueryDecodingPlanArgs, 'input'>>;
  detokenize?: Resolver<ResolversTypes['Image'], ParentType, ContextType, RequireFields<QueryDetokenizeArgs, 'input'>>;
  features?: Resolver<ResolversTypes['Features'], ParentType, ContextType, RequireFields<QueryFeaturesArgs, 'input'>>;
  generation?: Resolver<Maybe<ResolversTypes['Generation']>, ParentType, ContextType, RequireFields<QueryGenerationArgs, 'id'>>;
  generations?: Resolver<ResolversTypes['GenerationConnection'], ParentType, ContextType, RequireFields<QueryGenerationsArgs, 'first'>>;
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType, Partial<QueryModelArgs>>;
  models?: Resolver<ReadonlyArray<ResolversTypes['Model']>, ParentType, ContextType>;
  server?: Resolver<ResolversTypes['ServerInfo'], ParentType, ContextType>;
  tokenize?: Resolver<ResolversTypes['TokenGrid'], ParentType, ContextType, RequireFields<QueryTokenizeArgs, 'input'>>;
};

export type SamplingDefaultsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SamplingDefaults'] = ResolversParentTypes['SamplingDefaults']> = {
  guidanceCurve?: Resolver<ResolversTypes['GuidanceCurve'], ParentType, ContextType>;
  guidanceEnd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  guidancePower?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  guidanceStart?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  order?: Resolver<ResolversTypes['OrderKind'], ParentType, ContextType>;
  steps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  temperature?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  topK?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  topP?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ServerInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ServerInfo'] = ResolversParentTypes['ServerInfo']> = {
  device?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  maxConcurrent?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  queued?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  running?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stepsComputed?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  uptimeSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StepDecodedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepDecoded'] = ResolversParentTypes['StepDecoded']> = {
  elapsedMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  images?: Resolver<ReadonlyArray<ResolversTypes['StepTokens']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type StepTokensResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StepTokens'] = ResolversParentTypes['StepTokens']> = {
  decoded?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  positions?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  probabilities?: Resolver<ReadonlyArray<ResolversTypes['Float']>, ParentType, ContextType>;
  tokens?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  generate?: SubscriptionResolver<ResolversTypes['GenerationEvent'], "generate", ParentType, ContextType, RequireFields<SubscriptionGenerateArgs, 'input'>>;
  generation?: SubscriptionResolver<ResolversTypes['GenerationEvent'], "generation", ParentType, ContextType, RequireFields<SubscriptionGenerationArgs, 'after' | 'id'>>;
};

export type TokenGridResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TokenGrid'] = ResolversParentTypes['TokenGrid']> = {
  height?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Int']>>, ParentType, ContextType>;
  width?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  DateTime?: GraphQLScalarType;
  DecodingPlan?: DecodingPlanResolvers<ContextType>;
  Features?: FeaturesResolvers<ContextType>;
  File?: GraphQLScalarType;
  GenerateInputJSON?: GraphQLScalarType;
  GeneratedImage?: GeneratedImageResolvers<ContextType>;
  Generation?: GenerationResolvers<ContextType>;
  GenerationCancelled?: GenerationCancelledResolvers<ContextType>;
  GenerationCompleted?: GenerationCompletedResolvers<ContextType>;
  GenerationConnection?: GenerationConnectionResolvers<ContextType>;
  GenerationEdge?: GenerationEdgeResolvers<ContextType>;
  GenerationError?: GenerationErrorResolvers<ContextType>;
  GenerationEvent?: GenerationEventResolvers<ContextType>;
  GenerationFailed?: GenerationFailedResolvers<ContextType>;
  GenerationQueued?: GenerationQueuedResolvers<ContextType>;
  GenerationStarted?: GenerationStartedResolvers<ContextType>;
  Image?: ImageResolvers<ContextType>;
  Label?: LabelResolvers<ContextType>;
  LabelConnection?: LabelConnectionResolvers<ContextType>;
  LabelEdge?: LabelEdgeResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  ModelCapabilities?: ModelCapabilitiesResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PreviewRendered?: PreviewRenderedResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SamplingDefaults?: SamplingDefaultsResolvers<ContextType>;
  ServerInfo?: ServerInfoResolvers<ContextType>;
  StepDecoded?: StepDecodedResolvers<ContextType>;
  StepTokens?: StepTokensResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TokenGrid?: TokenGridResolvers<ContextType>;
};

