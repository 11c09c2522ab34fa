import type { RgbImage } from './encode.js';
import type { Mask } from './mask.js';
import { byteAt, floatAt } from '../numbers/at.js';

/**
 * The weight of the new picture at each pixel, 0 to 255: 0 outside the mask, so that kept pixels stay exact; rising
 * with distance from the mask's edge; 255 from `softness` pixels on. If the mask is nowhere that deep, its deepest
 * pixels are 255, so that the new content shows.
 */
export function softAlpha(mask: Mask, softness: number): Uint8Array {
  const depth = depthOf(mask);
  const deepest = depth.reduce((most, pixels) => Math.max(most, pixels), 0);
  const full = Math.max(1, Math.min(softness + 1, deepest));
  return Uint8Array.from(depth, (pixels) => Math.round(255 * Math.min(1, pixels / full)));
}

/**
 * The distance of each painted pixel from the nearest unpainted one, in steps between 8-neighbours: 1 if adjacent. The
 * edge of the picture does not count. Source: Borgefors, "Distance transformations in digital images" (1986), two
 * passes.
 */
function depthOf({ painted, width, height }: Mask): Float32Array {
  const depth = Float32Array.from(painted, (isPainted) => (isPainted === 0 ? 0 : Infinity));
  const nearer = (x: number, y: number, dx: number, dy: number, step: number) => {
    const isOutside = x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height;
    if (isOutside) return;
    const at = y * width + x;
    const through = floatAt(depth, at + dy * width + dx) + step;
    if (through < floatAt(depth, at)) depth[at] = through;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (const [dx, dy, step] of before) nearer(x, y, dx, dy, step);
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) for (const [dx, dy, step] of before) nearer(x, y, -dx, -dy, step);
  }
  return depth;
}

/** Neighbours already visited in a pass from the top left, with their distances. */
const before = [
  [-1, 0, 1],
  [-1, -1, Math.SQRT2],
  [0, -1, 1],
  [1, -1, Math.SQRT2],
] as const;

/** Blends `picture` over `original`. */
export function layOver(picture: RgbImage, original: Uint8Array, alpha: Uint8Array): RgbImage {
  const pixels = picture.pixels.map((level, i) => {
    const share = byteAt(alpha, Math.floor(i / 3)) / 255;
    return Math.round(share * level + (1 - share) * byteAt(original, i));
  });
  return { width: picture.width, height: picture.height, pixels };
}
