export type {
  Client,
  EventOptions,
  FeatureOptions,
  Features,
  FinishedGeneration,
  FollowOptions,
  Generation,
  GenerationPage,
  GenerationsOptions,
  LabelOptions,
  LabelPage,
  Model,
  PageOptions,
  Picture,
  RequestOptions,
  ServerInfo,
  TokenGrid,
  TokenizeOptions,
} from './client.js';
export type { ConnectionOptions, Transport } from './connection.js';
export { createClient, type ClientOptions } from './create-client.js';
export { RandarError, type InputProblem, type RandarErrorCode } from './error.js';
export type { GenerationEvent } from './events.js';
export { failedState, idleState, isOver, nextState } from './generation-state.js';
export type { FinishedImage, GenerationState, PicturePreview, PictureState, StateError } from './generation-state.js';
export type { ImageSource } from './image.js';
export type { PictureForm, PictureOptions } from './picture-form.js';
export { extrapolate, inpaint, outpaint, redraw } from './sources.js';
export type { Extrapolation, GenerationSettings, Inpainting, Outpainting, Redrawing } from './sources.js';
export type { Token } from './operation.js';
/** Every operation as a typed document for any GraphQL client, and the schema's inputs and enums. */
export * from './generated/operations.js';
