import type { GuidanceInput, GenerateInput, ImageFit } from './generated/operations.js';
import { imageOf, type ImageSource } from './image.js';

/** What a generation is asked for, less what it starts from. */
export type GenerationSettings = Omit<GenerateInput, 'source' | 'size'>;

export interface Inpainting extends GenerationSettings {
  readonly image: ImageSource;
  /** What is drawn anew is white in it, or opaque where it has transparent parts. Of any size: it is stretched. */
  readonly mask: ImageSource;
  /** How both come to the model's size. COVER where absent. */
  readonly fit?: ImageFit;
  /** Lays the image's own pixels over what was kept, with an edge of so many pixels, 0 to 64. */
  readonly blend?: number;
}

/** Parts of a picture, drawn anew. */
export function inpaint({ image, mask, fit, blend, ...input }: Inpainting): GenerateInput {
  return { ...input, source: { inpaint: { image: imageOf(image), mask: imageOf(mask), fit, blend } } };
}

export interface Outpainting extends GenerationSettings {
  readonly image: ImageSource;
  /** The column and row of its top left cell, from 0. */
  readonly x: number;
  readonly y: number;
  /** Cells. */
  readonly width: number;
  readonly height: number;
  /** How the image comes to that size. COVER where absent. */
  readonly fit?: ImageFit;
}

/** What is around a picture. */
export function outpaint({ image, x, y, width, height, fit, ...input }: Outpainting): GenerateInput {
  return { ...input, source: { outpaint: { image: imageOf(image), x, y, width, height, fit } } };
}

export interface Redrawing extends GenerationSettings {
  /** The id of a completed generation that the server still keeps. */
  readonly generation: string;
  /** Which one of its pictures, from 0. */
  readonly picture?: number;
  /** Row by row from the top left; not all. */
  readonly cells: readonly number[];
}

/** Cells of a finished picture, drawn anew. */
export function redraw({ generation, picture, cells, ...input }: Redrawing): GenerateInput {
  return { ...input, source: { redraw: { generation, image: picture, cells } } };
}

export interface Extrapolation extends GenerationSettings {
  /** How much the small picture guides the cells between its own; 2.5 throughout where absent, 1 to 1 turns it off. */
  readonly spatialGuidance?: GuidanceInput;
}

/** Twice the model's width and height: a small picture first, then the cells between its cells. */
export function extrapolate({ spatialGuidance, ...input }: Extrapolation): GenerateInput {
  return { ...input, size: { factor: 2, spatialGuidance } };
}
