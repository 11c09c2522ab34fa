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
  /** A UTC time, ISO 8601. */
  DateTime: { input: string; output: string; }
  /** A file of a multipart request (graphql-multipart-request-spec). */
  File: { input: File; output: never; }
  /** A GenerateInput as a JSON object: to be read, kept, and sent again as the variable of a generate. */
  GenerateInputJSON: { input: never; output: GenerateInput; }
};

/** How a picture would be decoded. */
export type DecodingPlan = {
  readonly __typename?: 'DecodingPlan';
  /** Tokens that each step decodes. */
  readonly tokensPerStep: ReadonlyArray<Scalars['Int']['output']>;
};

/** What would be decoded. */
export type DecodingPlanInput = {
  /** Cells that are known from the start, 0 to cells - 1. */
  readonly known?: InputMaybe<Scalars['Int']['input']>;
  /** The model; the default model where absent. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** How many tokens each step decodes; cosine where absent. */
  readonly schedule?: InputMaybe<ScheduleInput>;
  /** Decoding steps; the model's default, in proportion to the unknown cells, where absent. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
};

/** Tokens to decode. */
export type DetokenizeInput = {
  /** Cells in a column, 1 to 64; the model's where absent. */
  readonly height?: InputMaybe<Scalars['Int']['input']>;
  /** The model; the default model where absent. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** Row by row, width * height of them, each 0 to vocabularySize - 1. */
  readonly tokens: ReadonlyArray<Scalars['Int']['input']>;
  /** Cells in a row, 1 to 64; the model's where absent. */
  readonly width?: InputMaybe<Scalars['Int']['input']>;
};

/** What becomes of the features of a picture's cells. */
export type FeaturePooling =
  /** Their mean: one vector for the picture. */
  | 'MEAN'
  /** Each cell's own. */
  | 'NONE';

/** What the transformer sees in a picture. */
export type Features = {
  readonly __typename?: 'Features';
  /** The same as little-endian float32. */
  readonly base64: Scalars['String']['output'];
  /** How many vectors there are: the picture's cells, or 1 where pooled. */
  readonly cells: Scalars['Int']['output'];
  /** Numbers of one vector. */
  readonly dimension: Scalars['Int']['output'];
  /** The block behind which they were taken, from 0. */
  readonly layer: Scalars['Int']['output'];
  /** Cell by cell in raster order, dimension numbers each. */
  readonly values: ReadonlyArray<Scalars['Float']['output']>;
};

/** A picture, and which of the transformer's features are wanted. */
export type FeaturesInput = {
  /** Scaled to cover the model's picture size and cropped around the centre. */
  readonly image: ImageInput;
  /** The block behind which they are taken, 0 is the first one; the middle one where absent. */
  readonly layer?: InputMaybe<Scalars['Int']['input']>;
  /** The model; the default model where absent. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** What becomes of the cells' features. */
  readonly pooling?: InputMaybe<FeaturePooling>;
};

/** What to draw, and how to decode it. Only the label is needed. */
export type GenerateInput = {
  /** Pictures in this generation, 1 to 16; picture i uses seed + i. */
  readonly count?: InputMaybe<Scalars['Int']['input']>;
  /** Classifier-free guidance; the model's default where absent. */
  readonly guidance?: InputMaybe<GuidanceInput>;
  /** Go on after the subscriber has left. */
  readonly keep?: InputMaybe<Scalars['Boolean']['input']>;
  /** What to draw. */
  readonly label: LabelInput;
  /** The model; the default model where absent. */
  readonly model?: InputMaybe<Scalars['ID']['input']>;
  /** The order of the cells; random where absent. */
  readonly order?: InputMaybe<OrderInput>;
  /** Partly decoded pictures on the way; a mosaic after every step where absent. */
  readonly preview?: InputMaybe<PreviewInput>;
  /** How many tokens each step decodes; cosine where absent. */
  readonly schedule?: InputMaybe<ScheduleInput>;
  /** 0 to 2147483647. The same seed, input, model and device give the same tokens. Chosen at random and reported where absent. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Draw at a higher resolution than the model was trained on. */
  readonly size?: InputMaybe<SizeInput>;
  /** What the picture starts from; nothing where absent. Not together with a size. */
  readonly source?: InputMaybe<SourceInput>;
  /** Decoding steps, 1 to the number of unknown cells; the model's default, in proportion to the unknown cells, where absent. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
  /** 0 to 10; 0 always takes the likeliest token. The model's default where absent. */
  readonly temperature?: InputMaybe<Scalars['Float']['input']>;
  /** Draw from the k likeliest tokens only, 0 to the vocabulary size; 0 for all. The model's default where absent. */
  readonly topK?: InputMaybe<Scalars['Int']['input']>;
  /** Draw from the likeliest tokens up to this cumulative probability only, 0 to 1; 1 for all. The model's default where absent. */
  readonly topP?: InputMaybe<Scalars['Float']['input']>;
};

/** A finished picture. */
export type GeneratedImage = {
  readonly __typename?: 'GeneratedImage';
  /** The picture, decoded from its tokens. */
  readonly image: Image;
  /** Which one of the generation's pictures, from 0. */
  readonly index: Scalars['Int']['output'];
  /** The seed that draws this picture alone. */
  readonly seed: Scalars['Int']['output'];
  /** Its tokens. */
  readonly tokens: TokenGrid;
};

/** One or more pictures drawn together. */
export type Generation = {
  readonly __typename?: 'Generation';
  /** How many pictures. */
  readonly count: Scalars['Int']['output'];
  /** When it was queued. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Set where status is FAILED. */
  readonly error?: Maybe<GenerationError>;
  /** When it completed, failed or was cancelled. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Names it for as long as the server keeps it. */
  readonly id: Scalars['ID']['output'];
  /** Finished pictures; empty before COMPLETED. */
  readonly images: ReadonlyArray<GeneratedImage>;
  /**
   * The exact input: sent again, it draws the same. What the client gave, always with model and seed, without keep.
   * Any source stands there as the known tokens that it came to, so the same tokens are drawn without its pictures;
   * pixels that `blend` laid over them are not in it.
   */
  readonly input: Scalars['GenerateInputJSON']['output'];
  /** What is drawn. */
  readonly label: Label;
  /** The model that draws it. */
  readonly model: Model;
  /** The seed of picture 0; picture i has seed + i. */
  readonly seed: Scalars['Int']['output'];
  /** When its first step began. */
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Where it is in its life. */
  readonly status: GenerationStatus;
  /** Steps decoded so far. */
  readonly step: Scalars['Int']['output'];
  /** How many steps it takes. */
  readonly totalSteps: Scalars['Int']['output'];
};

/** It was stopped on request. */
export type GenerationCancelled = GenerationEvent & {
  readonly __typename?: 'GenerationCancelled';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** All pictures are finished. */
export type GenerationCompleted = GenerationEvent & {
  readonly __typename?: 'GenerationCompleted';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** The finished pictures. */
  readonly images: ReadonlyArray<GeneratedImage>;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** A page of generations. */
export type GenerationConnection = {
  readonly __typename?: 'GenerationConnection';
  /** This page. */
  readonly edges: ReadonlyArray<GenerationEdge>;
  /** Where it lies. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A generation and its place in the list. */
export type GenerationEdge = {
  readonly __typename?: 'GenerationEdge';
  /** Give it as `after` to go on behind this one. */
  readonly cursor: Scalars['String']['output'];
  /** The generation. */
  readonly node: Generation;
};

/** Why a generation failed. */
export type GenerationError = {
  readonly __typename?: 'GenerationError';
  /** For programs, for example WORKER_DIED. */
  readonly code: Scalars['String']['output'];
  /** For people. */
  readonly message: Scalars['String']['output'];
};

/** In order of sequence, which starts at 1 and has no holes. One of Completed, Failed or Cancelled comes last. */
export type GenerationEvent = {
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** It ended with an error. */
export type GenerationFailed = GenerationEvent & {
  readonly __typename?: 'GenerationFailed';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** What went wrong. */
  readonly error: GenerationError;
  /** The generation as it is now. */
  readonly generation: Generation;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** It waits for its turn. */
export type GenerationQueued = GenerationEvent & {
  readonly __typename?: 'GenerationQueued';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** How many generations of the same model are to run before it. */
  readonly position: Scalars['Int']['output'];
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
};

/** Its first step begins. */
export type GenerationStarted = GenerationEvent & {
  readonly __typename?: 'GenerationStarted';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** Tokens known from the start, for each picture: what its source gave. */
  readonly known: ReadonlyArray<TokenGrid>;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
  /** How many steps it takes. */
  readonly totalSteps: Scalars['Int']['output'];
};

/** Where a generation is in its life. The last three are final. */
export type GenerationStatus =
  /** It was stopped on request. */
  | 'CANCELLED'
  /** Its pictures are finished. */
  | 'COMPLETED'
  /** It ended with an error. */
  | 'FAILED'
  /** Waits for its turn. */
  | 'QUEUED'
  /** Its steps are being decoded. */
  | 'RUNNING';

/** How guidance goes from start to end. */
export type GuidanceCurve =
  /** Along half a cosine. */
  | 'COSINE'
  /** In a straight line. */
  | 'LINEAR';

/**
 * Classifier-free guidance from start to end over x = decoded / all cells; 1 to 1 turns it off.
 * LINEAR: start + (end - start) * x. COSINE: start + (end - start) * (1 - cos(pi * x^power)) / 2, the RAR family's schedule.
 */
export type GuidanceInput = {
  /** How it goes from start to end. */
  readonly curve?: InputMaybe<GuidanceCurve>;
  /** The scale at the last cell, 0 to 100. */
  readonly end: Scalars['Float']['input'];
  /** The exponent of the cosine curve, 0 to 10. */
  readonly power?: InputMaybe<Scalars['Float']['input']>;
  /** The scale at the first cell, 0 to 100. */
  readonly start: Scalars['Float']['input'];
};

/** A picture. It is rendered and encoded where a field asks for it. */
export type Image = {
  readonly __typename?: 'Image';
  /** The picture itself, base64-encoded. */
  readonly dataUri: Scalars['String']['output'];
  /** Pixels in a column. */
  readonly height: Scalars['Int']['output'];
  /** An address on this server that answers with the picture, with ETag and immutable caching. */
  readonly url: Scalars['String']['output'];
  /** Pixels in a row. */
  readonly width: Scalars['Int']['output'];
};


/** A picture. It is rendered and encoded where a field asks for it. */
export type ImageDataUriArgs = {
  format?: InputMaybe<ImageFormat>;
  quality?: InputMaybe<Scalars['Int']['input']>;
};


/** A picture. It is rendered and encoded where a field asks for it. */
export type ImageUrlArgs = {
  format?: InputMaybe<ImageFormat>;
  quality?: InputMaybe<Scalars['Int']['input']>;
};

/** How an image of any size comes to the size that is wanted. */
export type ImageFit =
  /** Scaled to fit into it, in the centre. */
  | 'CONTAIN'
  /** Scaled to cover it, and cropped around the centre. */
  | 'COVER'
  /** Stretched to it. */
  | 'FILL';

/** The file format of a picture. */
export type ImageFormat =
  /** Lossy, smallest, slow to encode. */
  | 'AVIF'
  /** Lossy, read everywhere. */
  | 'JPEG'
  /** Lossless. */
  | 'PNG'
  /** Lossy, small, quick to encode. */
  | 'WEBP';

/** An image is uploaded with the request, or given inline; the server never fetches an address. */
export type ImageInput =
  /** For example data:image/png;base64,iVBORw0... */
  { readonly dataUri: Scalars['String']['input']; readonly upload?: never; }
  |  /** A file of a multipart request. */
  { readonly dataUri?: never; readonly upload: Scalars['File']['input']; };

/** White (or opaque) parts of the mask are drawn anew; every token that the mask touches is. */
export type InpaintInput = {
  /** Lay the image's own pixels back over the finished picture where the mask is not, with an edge that is this many pixels soft, 0 to 64; where absent, kept parts are as the tokenizer draws them. */
  readonly blend?: InputMaybe<Scalars['Int']['input']>;
  /** How the image and its mask come to the model's size. What CONTAIN leaves empty is drawn, too. */
  readonly fit?: InputMaybe<ImageFit>;
  /** The picture. */
  readonly image: ImageInput;
  /** Stretched to the image's size. Where it has transparent parts, its opaque parts are drawn anew; else its white ones. */
  readonly mask: ImageInput;
};

/** Known tokens; the other cells are drawn. */
export type KnownTokensInput = {
  /** Their cells, each once; cells count row by row from the top left. */
  readonly positions: ReadonlyArray<Scalars['Int']['input']>;
  /** The token of each. */
  readonly tokens: ReadonlyArray<Scalars['Int']['input']>;
};

/** A class that the model can draw. */
export type Label = {
  readonly __typename?: 'Label';
  /** The class number, from 0. */
  readonly index: Scalars['Int']['output'];
  /** A short name without spaces, unique in the model. */
  readonly name: Scalars['String']['output'];
  /** One character that shows it, where there is one. */
  readonly symbol?: Maybe<Scalars['String']['output']>;
  /** A name for people. */
  readonly title: Scalars['String']['output'];
};

/** A page of labels. */
export type LabelConnection = {
  readonly __typename?: 'LabelConnection';
  /** This page. */
  readonly edges: ReadonlyArray<LabelEdge>;
  /** Where it lies. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A label and its place in the list. */
export type LabelEdge = {
  readonly __typename?: 'LabelEdge';
  /** Give it as `after` to go on behind this one. */
  readonly cursor: Scalars['String']['output'];
  /** The label. */
  readonly node: Label;
};

/** A label by its name or by its class number. */
export type LabelInput =
  /** From 0. */
  { readonly index: Scalars['Int']['input']; readonly name?: never; }
  |  /** For example "rocket". */
  { readonly index?: never; readonly name: Scalars['String']['input']; };

/** A folder of models/: a transformer, its tokenizer and its labels. */
export type Model = {
  readonly __typename?: 'Model';
  /** What it can be asked for beyond a picture of its own size; the rest is refused before it is queued. */
  readonly capabilities: ModelCapabilities;
  /** What a generation uses where its input says nothing. */
  readonly defaults: SamplingDefaults;
  /** What computes the steps: cpu, cuda:0 or webgpu. */
  readonly device: Scalars['String']['output'];
  /** The model family, for example randar. */
  readonly family: Scalars['String']['output'];
  /** Cells in a column of the token grid. */
  readonly gridHeight: Scalars['Int']['output'];
  /** Cells in a row of the token grid. */
  readonly gridWidth: Scalars['Int']['output'];
  /** The folder's name. */
  readonly id: Scalars['ID']['output'];
  /** Pixels in a column of a picture. */
  readonly imageHeight: Scalars['Int']['output'];
  /** Pixels in a row of a picture. */
  readonly imageWidth: Scalars['Int']['output'];
  /** The classes that the model can draw. */
  readonly labels: LabelConnection;
  /** The licence of the weights. */
  readonly license?: Maybe<Scalars['String']['output']>;
  /** The model's name, for people. */
  readonly name: Scalars['String']['output'];
  /** Parameters of the transformer. */
  readonly parameters: Scalars['Float']['output'];
  /** How the weights are stored: fp32, fp16, int8 or int4. */
  readonly precision: Scalars['String']['output'];
  /** How many tokens there are: 0 to vocabularySize - 1. */
  readonly vocabularySize: Scalars['Int']['output'];
};


/** A folder of models/: a transformer, its tokenizer and its labels. */
export type ModelLabelsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
};

/** What a model can be asked for. What it cannot is told apart by its family, and said where it is refused. */
export type ModelCapabilities = {
  readonly __typename?: 'ModelCapabilities';
  /** Every `order`. Without it, RASTER alone. */
  readonly anyOrder: Scalars['Boolean']['output'];
  /** `size` with factor 2. */
  readonly enlarging: Scalars['Boolean']['output'];
  /** The query `features`. */
  readonly features: Scalars['Boolean']['output'];
  /** `source`: inpainting, outpainting, known tokens, drawing cells anew. */
  readonly knownTokens: Scalars['Boolean']['output'];
  /** Steps that decode several cells: `steps` and every `schedule`. Without it, every step decodes one. */
  readonly parallelSteps: Scalars['Boolean']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Stops a generation that is queued or running: no further step is computed for it. A finished one is returned unchanged. */
  readonly cancelGeneration: Generation;
  /** Queues a generation and returns at once. Follow it with the generation subscription. */
  readonly generate: Generation;
};


export type MutationCancelGenerationArgs = {
  id: Scalars['ID']['input'];
};


export type MutationGenerateArgs = {
  input: GenerateInput;
};

/** A named order, or every cell in the order wanted. */
export type OrderInput =
  /** A named order. */
  { readonly kind: OrderKind; readonly positions?: never; }
  |  /** A permutation of 0 to cells - 1, known cells with or without; cells count row by row from the top left. */
  { readonly kind?: never; readonly positions: ReadonlyArray<Scalars['Int']['input']>; };

/** In which order cells are decoded. */
export type OrderKind =
  /** By distance from the centre, equal ones shuffled by the seed. */
  | 'CENTER_OUT'
  /** A two-dimensional low-discrepancy sequence, from a random place in it, by the seed. */
  | 'HALTON'
  /** Made for the tokens of each step: cells beside decoded ones, and far from the others of their step; ties by the seed. */
  | 'LOCALITY'
  /** A random permutation, by the seed. */
  | 'RANDOM'
  /** Row by row from the top left. */
  | 'RASTER'
  /** From the centre outwards, clockwise. */
  | 'SPIRAL'
  /** Coarse to fine: even rows and columns first, recursively. */
  | 'SUBSAMPLE';

/** The image is placed at a cell of the grid and its surroundings are drawn. */
export type OutpaintInput = {
  /** How the image comes to that size. What CONTAIN leaves empty is drawn, too. */
  readonly fit?: InputMaybe<ImageFit>;
  /** How many cells it is high. */
  readonly height: Scalars['Int']['input'];
  /** The picture. */
  readonly image: ImageInput;
  /** How many cells it is wide. */
  readonly width: Scalars['Int']['input'];
  /** The column of its leftmost cells, from 0. */
  readonly x: Scalars['Int']['input'];
  /** The row of its topmost cells, from 0. */
  readonly y: Scalars['Int']['input'];
};

/** Where a page of a connection lies. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The cursor of the last edge. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more follow. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are some before. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first edge. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** Which partly decoded pictures are rendered. */
export type PreviewInput = {
  /** After every n-th step, from 1. */
  readonly every?: InputMaybe<Scalars['Int']['input']>;
  /** What shows the tokens. */
  readonly mode?: InputMaybe<PreviewMode>;
};

/** How the tokens known so far become a picture. */
export type PreviewMode =
  /** Through the tokenizer's decoder. */
  | 'DECODED'
  /** Each known token as its own patch, nearly free. */
  | 'MOSAIC'
  /** No previews: tokens alone. */
  | 'NONE';

/** A picture of the tokens known after `step`. Never delays a step: a preview that would is left out. */
export type PreviewRendered = GenerationEvent & {
  readonly __typename?: 'PreviewRendered';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** The partly decoded picture; unknown cells are a plain checkerboard. */
  readonly image: Image;
  /** Which one of the generation's pictures, from 0. */
  readonly index: Scalars['Int']['output'];
  /** How it was rendered. */
  readonly mode: PreviewMode;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
  /** The step it shows. */
  readonly step: Scalars['Int']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** How many tokens each step would decode, without running anything. */
  readonly decodingPlan: DecodingPlan;
  /** The picture of a token grid, by the model's tokenizer. */
  readonly detokenize: Image;
  /** The transformer's bi-directional features of a picture (the sequence fed twice). */
  readonly features: Features;
  /** One generation. Null where it never was, or is no longer kept. */
  readonly generation?: Maybe<Generation>;
  /** Generations that this server still keeps, newest first (Relay connection). */
  readonly generations: GenerationConnection;
  /** One model; without an id, the default. Null where there is none of that id. */
  readonly model?: Maybe<Model>;
  /** Every model that this server can run, the default first. */
  readonly models: ReadonlyArray<Model>;
  /** What this server is and how busy it is. */
  readonly server: ServerInfo;
  /** The tokens of a picture, by the model's tokenizer. */
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

/** These cells of a finished picture are drawn anew (with this input's label, seed and so on), the others kept. */
export type RedrawInput = {
  /** The cells, at least one and not all, each once; cells count row by row from the top left. */
  readonly cells: ReadonlyArray<Scalars['Int']['input']>;
  /** A completed generation of the same model that the server still keeps. */
  readonly generation: Scalars['ID']['input'];
  /** Which one of its pictures, from 0. */
  readonly image?: InputMaybe<Scalars['Int']['input']>;
};

/** What a generation uses where its input says nothing. */
export type SamplingDefaults = {
  readonly __typename?: 'SamplingDefaults';
  /** How guidance goes from start to end. */
  readonly guidanceCurve: GuidanceCurve;
  /** The guidance scale at the last cell. */
  readonly guidanceEnd: Scalars['Float']['output'];
  /** The power of a COSINE curve. */
  readonly guidancePower: Scalars['Float']['output'];
  /** The guidance scale at the first cell. */
  readonly guidanceStart: Scalars['Float']['output'];
  /** The order of the cells. */
  readonly order: OrderKind;
  /** Decoding steps. */
  readonly steps: Scalars['Int']['output'];
  /** The sampling temperature. */
  readonly temperature: Scalars['Float']['output'];
  /** 0 for all tokens. */
  readonly topK: Scalars['Int']['output'];
  /** 1 for all tokens. */
  readonly topP: Scalars['Float']['output'];
};

/** A named schedule, or the tokens of every step. */
export type ScheduleInput =
  /** A named schedule. */
  { readonly kind: ScheduleKind; readonly tokensPerStep?: never; }
  |  /** Tokens of each step, each at least 1, together the number of unknown cells. */
  { readonly kind?: never; readonly tokensPerStep: ReadonlyArray<Scalars['Int']['input']>; };

/** How many tokens each step decodes. */
export type ScheduleKind =
  /** Few at first, many at the end. As in the reference the first step decodes one token, so `steps: 1` takes two. */
  | 'COSINE'
  /** The same number at every step. */
  | 'LINEAR'
  /** One at every step: as many steps as cells. */
  | 'ONE_BY_ONE';

/** What this server is and how busy it is. */
export type ServerInfo = {
  readonly __typename?: 'ServerInfo';
  /** What computes the steps: cpu, cuda:0 or webgpu. */
  readonly device: Scalars['String']['output'];
  /** How many generations can be decoded at once, over all models. */
  readonly maxConcurrent: Scalars['Int']['output'];
  /** Generations that wait. */
  readonly queued: Scalars['Int']['output'];
  /** Generations whose steps are being decoded. */
  readonly running: Scalars['Int']['output'];
  /** Decoding steps computed since the server started. */
  readonly stepsComputed: Scalars['Float']['output'];
  /** Seconds since the server started. */
  readonly uptimeSeconds: Scalars['Float']['output'];
  /** Of the randar package. */
  readonly version: Scalars['String']['output'];
};

/**
 * factor 2 draws twice the model's width and height by resolution extrapolation: first a picture of the model's own size,
 * then the cells between its cells. The events' cells are those of the large grid; previews show the small picture first.
 * As the reference counts, `steps` are those of all cells of the large grid, known ones among them: totalSteps says what comes of it.
 */
export type SizeInput = {
  /** 1 or 2. */
  readonly factor: Scalars['Int']['input'];
  /** How much the small picture guides the cells between its own; 2.5 throughout where absent, 1 to 1 turns it off. */
  readonly spatialGuidance?: InputMaybe<GuidanceInput>;
};

/** What the picture starts from. The rest is drawn around it and fits it. */
export type SourceInput =
  /** A picture of which parts are drawn anew. */
  { readonly inpaint: InpaintInput; readonly outpaint?: never; readonly redraw?: never; readonly tokens?: never; }
  |  /** A picture whose surroundings are drawn. */
  { readonly inpaint?: never; readonly outpaint: OutpaintInput; readonly redraw?: never; readonly tokens?: never; }
  |  /** Cells of a finished picture are drawn anew. */
  { readonly inpaint?: never; readonly outpaint?: never; readonly redraw: RedrawInput; readonly tokens?: never; }
  |  /** Tokens at their cells. */
  { readonly inpaint?: never; readonly outpaint?: never; readonly redraw?: never; readonly tokens: KnownTokensInput; };

/** One parallel decoding step: for each picture, the cells just decoded and their tokens. */
export type StepDecoded = GenerationEvent & {
  readonly __typename?: 'StepDecoded';
  /** Milliseconds since it was queued. */
  readonly elapsedMs: Scalars['Float']['output'];
  /** The generation as it is now. */
  readonly generation: Generation;
  /** For each picture. */
  readonly images: ReadonlyArray<StepTokens>;
  /** 1, 2, 3 ... */
  readonly sequence: Scalars['Int']['output'];
  /** From 1 to totalSteps. */
  readonly step: Scalars['Int']['output'];
  /** How many steps it takes. */
  readonly totalSteps: Scalars['Int']['output'];
};

/** What a step decoded of one picture. */
export type StepTokens = {
  readonly __typename?: 'StepTokens';
  /** Cells of this picture that are known by now, those that it started from among them. */
  readonly decoded: Scalars['Int']['output'];
  /** Which one of the generation's pictures, from 0. */
  readonly index: Scalars['Int']['output'];
  /** The cells just decoded, in the order of decoding; cells count row by row from the top left. */
  readonly positions: ReadonlyArray<Scalars['Int']['output']>;
  /** Probability that the sampler gave each token. */
  readonly probabilities: ReadonlyArray<Scalars['Float']['output']>;
  /** The token of each. */
  readonly tokens: ReadonlyArray<Scalars['Int']['output']>;
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** Queues a generation and follows it. Unless input.keep is true, leaving the subscription cancels it. */
  readonly generate: GenerationEvent;
  /** Follows a generation: first every event after sequence number `after` that already happened, then the rest as they happen. */
  readonly generation: GenerationEvent;
};


export type SubscriptionGenerateArgs = {
  input: GenerateInput;
};


export type SubscriptionGenerationArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  id: Scalars['ID']['input'];
};

/** A picture's tokens. */
export type TokenGrid = {
  readonly __typename?: 'TokenGrid';
  /** Cells in a column. */
  readonly height: Scalars['Int']['output'];
  /** Row by row; null where not decoded. */
  readonly values: ReadonlyArray<Maybe<Scalars['Int']['output']>>;
  /** Cells in a row. */
  readonly width: Scalars['Int']['output'];
};

/** A picture to encode. */
export type TokenizeInput = {
  /** Scaled to cover the model's picture size and cropped around the centre. */
  readonly image: ImageInput;
  /** The model; the default model where absent. */
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

