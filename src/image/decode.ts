import sharp, { type Sharp } from 'sharp';
import type { RgbImage } from './encode.js';

/** The upload is not an image that can be decoded. */
export class ImageError extends Error {
  readonly code = 'BAD_IMAGE';
  override readonly name = 'ImageError';
}

/** The limit on pixels of an uploaded image, checked before anything is decoded. */
export const maxInputPixels = 64_000_000;

/** cover: scaled and cropped around the centre. contain: scaled to fit, centred. fill: stretched. */
export type Fit = 'cover' | 'contain' | 'fill';

export interface Fitting {
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
}

/** An image fitted to the requested size. */
export interface FittedImage extends RgbImage {
  readonly fit: Fit;
  /** The part that the image covers: everything except with contain. */
  readonly inside: Rectangle;
  /** The size of the original image, upright. */
  readonly original: { readonly width: number; readonly height: number };
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes an image to RGB at the requested size. Transparent and uncovered parts become white.
 *
 * @throws ImageError if the bytes are not an image, or it is broken or too large.
 */
export async function decodeImage(bytes: Uint8Array, { width, height, fit }: Fitting): Promise<FittedImage> {
  return orImageError(async () => {
    const { autoOrient: original } = await openImage(bytes).metadata();
    const inside = insideOf(original, { width, height, fit });
    const { data } = await openImage(bytes)
      .autoOrient()
      .resize(inside.width, inside.height, { fit: fit === 'cover' ? 'cover' : 'fill' })
      .extend({
        top: inside.top,
        left: inside.left,
        bottom: height - inside.top - inside.height,
        right: width - inside.left - inside.width,
        background: '#ffffff',
      })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width, height, fit, inside, original, pixels: data };
  });
}

// An SVG is a program; its size says nothing about the cost of rendering it.
sharp.block({ operation: ['VipsForeignLoadSvg'] });

/** Applies the limits; images must not be opened in any other way. */
export function openImage(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: maxInputPixels, failOn: 'error' });
}

export async function orImageError<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageError(`cannot decode it: ${reason}`, { cause });
  }
}

function insideOf(original: { width: number; height: number }, { width, height, fit }: Fitting): Rectangle {
  if (fit !== 'contain') return { left: 0, top: 0, width, height };
  const scale = Math.min(width / original.width, height / original.height);
  const inner = {
    width: Math.max(1, Math.round(original.width * scale)),
    height: Math.max(1, Math.round(original.height * scale)),
  };
  return { left: Math.floor((width - inner.width) / 2), top: Math.floor((height - inner.height) / 2), ...inner };
}
