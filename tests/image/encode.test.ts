import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeImage, mediaTypes, type ImageFormat, type RgbImage } from '../../src/image/encode.js';

/** Noise: every pixel has another colour, without patterns that a format could exploit. */
const noise: RgbImage = {
  width: 40,
  height: 24,
  pixels: Uint8Array.from({ length: 40 * 24 * 3 }, (_, i) => (i * i * 31 + i * 7) % 256),
};

/** Reddish on the left, bluish on the right: even lossy formats keep that. */
const halves: RgbImage = {
  width: 32,
  height: 16,
  pixels: Uint8Array.from({ length: 32 * 16 * 3 }, (_, i) => {
    const isLeft = Math.floor(i / 3) % 32 < 16;
    return i % 3 === (isLeft ? 0 : 2) ? 200 : 40;
  }),
};

const formats: readonly [ImageFormat, string][] = [
  ['png', 'png'],
  ['webp', 'webp'],
  ['jpeg', 'jpeg'],
  ['avif', 'heif'],
];

const pixelsOf = async (file: Uint8Array) => new Uint8Array(await sharp(file).raw().toBuffer());

describe.each(formats)('an image as %s', (format, sharpName) => {
  it('is a file of its format and size', async () => {
    const metadata = await sharp(await encodeImage(noise, format)).metadata();
    expect(metadata).toMatchObject({ format: sharpName, width: 40, height: 24, channels: 3 });
    expect(mediaTypes[format]).toBe(`image/${format}`);
  });

  it('shows what the image shows', async () => {
    const pixels = await pixelsOf(await encodeImage(halves, format));
    expect(pixels).toHaveLength(halves.pixels.length);
    const off = pixels.reduce((sum, level, i) => sum + Math.abs(level - (halves.pixels[i] ?? 0)), 0) / pixels.length;
    expect(off).toBeLessThan(12);
  });

  it('is the same file each time', async () => {
    expect(await encodeImage(noise, format)).toEqual(await encodeImage(noise, format));
  });
});

describe('quality', () => {
  it('is full in a PNG', async () => {
    expect(await pixelsOf(await encodeImage(noise, 'png'))).toEqual(noise.pixels);
    expect(await encodeImage(noise, 'png', 1)).toEqual(await encodeImage(noise, 'png'));
  });

  it.each(['webp', 'jpeg', 'avif'] as const)('costs bytes in a %s', async (format) => {
    const sizes = await Promise.all(
      [10, 50, 95].map(async (quality) => (await encodeImage(noise, format, quality)).length),
    );
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes[2]).toBeGreaterThan((sizes[0] ?? 0) * 2);
  });
});
