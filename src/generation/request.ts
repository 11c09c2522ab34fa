import type { Guidance } from '../decoding/guidance.js';
import type { Order } from '../decoding/order.js';
import type { Sampling } from '../decoding/sampler.js';
import type { Overlay, PictureMode } from './picture.js';

/** A complete generation request, validated against its model. */
export interface GenerationRequest {
  readonly model: string;
  /** Class index. */
  readonly label: number;
  /** Picture i uses seed + i. */
  readonly seed: number;
  readonly count: number;
  /** Size of the finished pictures in cells. */
  readonly width: number;
  readonly height: number;
  /** Sums to the number of cells that are not known. */
  readonly tokensPerStep: readonly number[];
  /** Explicit positions are exactly the cells that are not known. */
  readonly order: Order;
  readonly guidance: Guidance;
  readonly sampling: Sampling;
  readonly preview: PreviewRequest;
  /** The tokens every picture starts from, row by row; unknownToken for cells to decode. */
  readonly known?: Int32Array;
  /** Blended over the finished pictures. */
  readonly overlay?: Overlay;
  /** Set if a picture of half the width and height is decoded first and placed at the cells of even row and column. */
  readonly enlarging?: EnlargingRequest;
}

export interface EnlargingRequest {
  /** The number of steps that decode the small picture. */
  readonly smallSteps: number;
  /** How strongly the small picture guides the cells in between. */
  readonly spatialGuidance: Guidance;
}

/** A preview after every n-th step, or none. */
export type PreviewRequest = { readonly mode: 'none' } | { readonly mode: PictureMode; readonly every: number };
