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
  readonly order: OrderRequest;
  readonly guidance: GuidanceRequest;
  readonly sampling: { readonly temperature: number; readonly topK: number; readonly topP: number };
  readonly preview: PreviewRequest;
  /** Tokens that every picture starts from, row by row, -1 for a cell that is to be decoded. */
  readonly known?: Int32Array;
  /** Laid over the finished pictures. */
  readonly overlay?: Overlay;
  /** Present where a picture of half the width and height is drawn first, at the cells of even row and column. */
  readonly enlarging?: EnlargingRequest;
}

export type OrderRequest =
  { readonly kind: NamedOrder } | { readonly kind: 'explicit'; readonly positions: readonly number[] };

export interface GuidanceRequest {
  readonly start: number;
  readonly end: number;
  readonly curve: 'linear' | 'cosine';
  readonly power: number;
}

export interface EnlargingRequest {
  /** How many of the steps draw the small picture. */
  readonly smallSteps: number;
  /** How much the small picture guides the cells between its own. */
  readonly spatialGuidance: GuidanceRequest;
}

export type NamedOrder = 'random' | 'raster' | 'spiral' | 'halton' | 'subsample' | 'locality' | 'center-out';

/** Previews after every n-th step, or none. */
export type PreviewRequest = { readonly mode: 'none' } | { readonly mode: PictureMode; readonly every: number };
