import type { Sharp } from 'sharp';
import { openImage, orImageError, type FittedImage, type Rectangle } from './decode.js';
import { byteAt, intAt } from '../numbers/at.js';

/** The pixels of an image to redraw. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** Row by row: 1 if painted, 0 otherwise. */
  readonly painted: Uint8Array;
}

/** Mask pixels of at least this level count as painted. */
const half = 128;

/**
 * Decodes the mask of a fitted image: stretched to the original image's size, then fitted in the same way. If it has
 * transparent parts, its opaque pixels are painted; otherwise its white ones. Parts the image does not cover are
 * painted, too.
 *
 * @throws ImageError if the bytes are not an image, or it is broken or too large.
 */
export async function decodeMask(bytes: Uint8Array, image: FittedImage): Promise<Mask> {
  return orImageError(async () => {
    const { hasAlpha } = await openImage(bytes).metadata();
    const upright = () => openImage(bytes).autoOrient();
    const alpha = hasAlpha ? await levelsOf(upright().extractChannel('alpha')) : undefined;
    if (alpha && !isOpaque(alpha)) return project(alpha, image);
    return project(await levelsOf(upright().removeAlpha().greyscale()), image);
  });
}

interface Levels {
  readonly width: number;
  readonly height: number;
  readonly levels: Uint8Array;
}

/** Levels at the mask's own resolution: scaling down first would fade out thin lines. */
async function levelsOf(image: Sharp): Promise<Levels> {
  const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, levels: data };
}

function isOpaque({ levels }: Levels): boolean {
  for (const level of levels) if (level !== 255) return false;
  return true;
}

/** Paints every pixel of the fitted image that a painted mask pixel overlaps, so that none is lost by sampling. */
function project({ width, height, levels }: Levels, image: FittedImage): Mask {
  const painted = paintedAround(image);
  const shown = shownOf(image);
  const columns = reachOf(width, shown.left, shown.width, image.width);
  const rows = reachOf(height, shown.top, shown.height, image.height);
  const row = new Uint8Array(image.width);
  for (let from = 0; from < height; from++) {
    row.fill(0);
    let isEmpty = true;
    for (let at = 0; at < width; at++) {
      if (byteAt(levels, from * width + at) < half) continue;
      isEmpty = false;
      const end = intAt(columns.end, at);
      for (let x = intAt(columns.begin, at); x < end; x++) row[x] = 1;
    }
    if (isEmpty) continue;
    const end = intAt(rows.end, from);
    for (let y = intAt(rows.begin, from); y < end; y++) {
      for (let x = 0; x < image.width; x++) if (row[x] === 1) painted[y * image.width + x] = 1;
    }
  }
  return { width: image.width, height: image.height, painted };
}

function paintedAround({ width, height, inside }: FittedImage): Uint8Array {
  const painted = new Uint8Array(width * height).fill(1);
  for (let y = inside.top; y < inside.top + inside.height; y++) {
    painted.fill(0, y * width + inside.left, y * width + inside.left + inside.width);
  }
  return painted;
}

/** Tolerance for an edge that coincides with a pixel's edge up to rounding. */
const rounding = 1e-6;

/** Divides a line into `count` equal parts, and returns the range of the `size` pixels that each part overlaps. */
function reachOf(count: number, start: number, length: number, size: number): { begin: Int32Array; end: Int32Array } {
  const edge = (part: number) => start + (part * length) / count;
  const within = (at: number) => Math.min(Math.max(at, 0), size);
  return {
    begin: Int32Array.from({ length: count }, (_, part) => within(Math.floor(edge(part) + rounding))),
    end: Int32Array.from({ length: count }, (_, part) => within(Math.ceil(edge(part + 1) - rounding))),
  };
}

/**
 * The rectangle of the whole image relative to the fitted one; it extends beyond the edges if the image was cropped.
 */
function shownOf({ width, height, fit, inside, original }: FittedImage): Rectangle {
  if (fit !== 'cover') return inside;
  const scale = Math.max(width / original.width, height / original.height);
  const whole = { width: original.width * scale, height: original.height * scale };
  return { left: (width - whole.width) / 2, top: (height - whole.height) / 2, ...whole };
}
