import type { Guidance } from '../decoding/guidance.js';
import type { Order } from '../decoding/order.js';
import type { Sampling } from '../decoding/sampler.js';
import type { Overlay, PictureMode } from './picture.js';

/** All that a generation will ever need, checked against its model. */
export interface GenerationRequest {
  readonly model: string;
  /** Class number. */
  readonly label: number;
  /** Picture i draws with seed + i. */
  readonly seed: number;
  readonly count: number;
  /** Of every finished picture, in cells. */
  readonly width: number;
  readonly height: number;
  /** Of all steps; together the cells that are not known. */
  readonly tokensPerStep: readonly number[];
  /** Explicit positions are all cells that are not known. */
  readonly order: Order;
  readonly guidance: Guidance;
  readonly sampling: Sampling;
  readonly preview: PreviewRequest;
  /** Tokens that every picture starts from, row by row, unknownToken for a cell that is to be decoded. */
  readonly known?: Int32Array;
  /** Laid over the finished pictures. */
  readonly overlay?: Overlay;
  /** Present where a picture of half the width and height is drawn first, at the cells of even row and column. */
  readonly enlarging?: EnlargingRequest;
}

export interface EnlargingRequest {
  /** How many of the steps draw the small picture. */
  readonly smallSteps: number;
  /** How much the small picture guides the cells between its own. */
  readonly spatialGuidance: Guidance;
}

/** Previews after every n-th step, or none. */
export type PreviewRequest = { readonly mode: 'none' } | { readonly mode: PictureMode; readonly every: number };
