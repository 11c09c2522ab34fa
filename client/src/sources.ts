import type { GuidanceInput, GenerateInput, ImageFit } from './generated/operations.js';
import { imageOf, type ImageSource } from './image.js';

/** A generation's input without its source. */
export type GenerationSettings = Omit<GenerateInput, 'source' | 'size'>;

export interface Inpainting extends GenerationSettings {
  readonly image: ImageSource;
  /** White parts are redrawn, or opaque parts if it has transparent ones. Any size; it is stretched to the image. */
  readonly mask: ImageSource;
  /** How image and mask are scaled to the model's resolution. Default: COVER. */
  readonly fit?: ImageFit;
  /** Blends the image's own pixels over the unmasked part, with a soft edge this many pixels wide, 0 to 64. */
  readonly blend?: number;
}

/** Redraws parts of a picture. */
export function inpaint({ image, mask, fit, blend, ...input }: Inpainting): GenerateInput {
  return { ...input, source: { inpaint: { image: imageOf(image), mask: imageOf(mask), fit, blend } } };
}

export interface Outpainting extends GenerationSettings {
  readonly image: ImageSource;
  /** Column and row of the top left cell, from 0. */
  readonly x: number;
  readonly y: number;
  /** In cells. */
  readonly width: number;
  readonly height: number;
  /** How the image is scaled to that size. Default: COVER. */
  readonly fit?: ImageFit;
}

/** Draws the surroundings of a picture. */
export function outpaint({ image, x, y, width, height, fit, ...input }: Outpainting): GenerateInput {
  return { ...input, source: { outpaint: { image: imageOf(image), x, y, width, height, fit } } };
}

export interface Redrawing extends GenerationSettings {
  /** Id of a completed generation that is still kept. */
  readonly generation: string;
  /** Which of its pictures, from 0. */
  readonly picture?: number;
  /** Numbered row by row from the top left; not all cells. */
  readonly cells: readonly number[];
}

/** Redraws cells of a finished picture. */
export function redraw({ generation, picture, cells, ...input }: Redrawing): GenerateInput {
  return { ...input, source: { redraw: { generation, image: picture, cells } } };
}

export interface Extrapolation extends GenerationSettings {
  /** How strongly the small picture guides the cells in between; 1 to 1 turns it off. Default: 2.5 throughout. */
  readonly spatialGuidance?: GuidanceInput;
}

/** Draws at twice the model's width and height: a small picture first, then the cells in between. */
export function extrapolate({ spatialGuidance, ...input }: Extrapolation): GenerateInput {
  return { ...input, size: { factor: 2, spatialGuidance } };
}
