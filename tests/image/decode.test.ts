import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, ImageError, maxInputPixels, type Fit } from '../../src/image/decode.js';
import type { RgbImage } from '../../src/image/encode.js';

const red = [255, 0, 0] as const;
const green = [0, 255, 0] as const;
const blue = [0, 0, 255] as const;
const white = [255, 255, 255] as const;

/** Vertical stripes, each `thickness` pixels wide. */
function stripes(colours: readonly (readonly number[])[], thickness: number, height: number): Sharp {
  const width = colours.length * thickness;
  const channels = colours[0]?.length === 4 ? 4 : 3;
  const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const x = Math.floor(i / channels) % width;
    return colours[Math.floor(x / thickness)]?.[i % channels] ?? 0;
  });
  return sharp(pixels, { raw: { width, height, channels } });
}

function pixel({ pixels, width }: RgbImage, x: number, y: number): number[] {
  const at = (y * width + x) * 3;
  return [...pixels.subarray(at, at + 3)];
}

/** Its size says nothing about the cost of rendering it. */
const drawing = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>',
);

/** A PNG whose header states these sides, with almost no data. */
function pngHead(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const sides = Buffer.alloc(8);
  sides.writeUInt32BE(width, 0);
  sides.writeUInt32BE(height, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const head = chunk('IHDR', Buffer.concat([sides, Buffer.of(8, 2, 0, 0, 0)]));
  return Buffer.concat([signature, head, chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.of())]);
}

/** Source: PNG (Third Edition), annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

async function refusal(bytes: Uint8Array): Promise<ImageError> {
  const error = await decodeImage(bytes, { width: 8, height: 8, fit: 'cover' }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ImageError);
  return error as ImageError;
}

describe('an uploaded image', () => {
  it.each(['png', 'webp', 'jpeg', 'avif', 'gif', 'tiff'] as const)('may be a %s', async (format) => {
    const file = await stripes([red, blue], 16, 32).toFormat(format).toBuffer();
    const image = await decodeImage(file, { width: 16, height: 16, fit: 'cover' });
    expect(image).toMatchObject({ width: 16, height: 16 });
    expect(image.pixels).toHaveLength(16 * 16 * 3);
    for (const [x, channel] of [
      [2, 0],
      [13, 2],
    ] as const) {
      const colour = pixel(image, x, 8);
      expect(colour.indexOf(Math.max(...colour))).toBe(channel);
    }
  });

  it('keeps its pixels if it has the requested size', async () => {
    const file = await stripes([red, green, blue], 4, 12).png().toBuffer();
    const image = await decodeImage(file, { width: 12, height: 12, fit: 'cover' });
    expect([0, 3, 4, 7, 8, 11].map((x) => pixel(image, x, 5))).toEqual([red, red, green, green, blue, blue]);
  });

  it('is scaled to cover the picture, and cropped around its centre', async () => {
    const wide = await stripes([red, green, green, blue], 20, 20).png().toBuffer();
    const image = await decodeImage(wide, { width: 10, height: 10, fit: 'cover' });
    // The middle half of the width is left.
    expect([pixel(image, 0, 0), pixel(image, 9, 9)]).toEqual([green, green]);
    const small = await stripes([red, green], 2, 2).png().toBuffer();
    expect((await decodeImage(small, { width: 30, height: 50, fit: 'cover' })).pixels).toHaveLength(30 * 50 * 3);
  });

  it('fits into the picture, in its centre, with white around it', async () => {
    const wide = await stripes([red, green, green, blue], 20, 20).png().toBuffer();
    const image = await decodeImage(wide, { width: 16, height: 16, fit: 'contain' });
    expect(image.inside).toEqual({ left: 0, top: 6, width: 16, height: 4 });
    expect([pixel(image, 0, 8), pixel(image, 7, 8), pixel(image, 15, 8)]).toEqual([red, green, blue]);
    for (const y of [0, 5, 10, 15]) expect(pixel(image, 7, y)).toEqual(white);
    const high = await decodeImage(await stripes([blue], 4, 16).png().toBuffer(), {
      width: 16,
      height: 16,
      fit: 'contain',
    });
    expect(high.inside).toEqual({ left: 6, top: 0, width: 4, height: 16 });
    expect([pixel(high, 5, 3), pixel(high, 6, 3), pixel(high, 9, 3), pixel(high, 10, 3)]).toEqual([
      white,
      blue,
      blue,
      white,
    ]);
  });

  it('is stretched to the picture', async () => {
    const wide = await stripes([red, green, green, blue], 20, 20).png().toBuffer();
    const image = await decodeImage(wide, { width: 16, height: 16, fit: 'fill' });
    expect([pixel(image, 0, 0), pixel(image, 7, 15), pixel(image, 15, 0)]).toEqual([red, green, blue]);
  });

  it('of any size and aspect gets the requested size, with each fit', async () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(3000));
    const cases = fc.record({
      original: fc.tuple(side, side),
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
      fit: fc.constantFrom<Fit>('cover', 'contain', 'fill'),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ original: [from, to], width, height, fit }) => {
        const file = await sharp({ create: { width: from, height: to, channels: 3, background: '#0000ff' } })
          .png()
          .toBuffer();
        const { inside, pixels, ...image } = await decodeImage(file, { width, height, fit });
        expect(image).toEqual({ width, height, fit, original: { width: from, height: to } });
        expect(pixels).toHaveLength(width * height * 3);
        const isInside = (x: number, y: number) =>
          x >= inside.left && x < inside.left + inside.width && y >= inside.top && y < inside.top + inside.height;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            expect(pixel({ width, height, pixels }, x, y)).toEqual(isInside(x, y) ? blue : white);
          }
        }
        if (fit !== 'contain') expect(inside).toEqual({ left: 0, top: 0, width, height });
        // It touches two opposite sides, and its margins differ by at most one pixel.
        else {
          expect(inside.width === width || inside.height === height).toBe(true);
          expect([0, 1]).toContain(width - inside.width - 2 * inside.left);
          expect([0, 1]).toContain(height - inside.height - 2 * inside.top);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('becomes white where transparent, and half white where half transparent', async () => {
    const file = await stripes(
      [
        [...red, 255],
        [...blue, 0],
        [0, 0, 0, 128],
      ],
      8,
      24,
    )
      .png()
      .toBuffer();
    const image = await decodeImage(file, { width: 24, height: 24, fit: 'cover' });
    expect(pixel(image, 3, 12)).toEqual(red);
    expect(pixel(image, 12, 12)).toEqual(white);
    const [grey = 0] = pixel(image, 20, 12);
    expect(Math.abs(grey - 127)).toBeLessThanOrEqual(1);
  });

  it('in greys, in 16 bits or with a palette becomes RGB bytes', async () => {
    const grey = stripes([white, [100, 100, 100]], 4, 8);
    const files = [
      await grey.clone().greyscale().toColourspace('b-w').png().toBuffer(),
      await grey.clone().toColourspace('rgb16').png().toBuffer(),
      await grey.clone().png({ palette: true }).toBuffer(),
    ];
    for (const file of files) {
      const image = await decodeImage(file, { width: 8, height: 8, fit: 'cover' });
      expect([pixel(image, 1, 4), pixel(image, 6, 4)]).toEqual([white, [100, 100, 100]]);
    }
  });

  it('is rotated by its EXIF orientation', async () => {
    // Orientation 6: the camera was turned, so the stored image must be turned a quarter clockwise.
    const file = await stripes([red, blue], 8, 16).withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage(file, { width: 16, height: 16, fit: 'cover' });
    expect([pixel(image, 3, 2), pixel(image, 12, 2)]).toEqual([red, red]);
    expect([pixel(image, 3, 13), pixel(image, 12, 13)]).toEqual([blue, blue]);
  });

  it('is rejected if it is not an image', async () => {
    for (const bytes of [new Uint8Array(), Buffer.from('not an image'), Buffer.from('<html></html>'), drawing]) {
      const error = await refusal(bytes);
      expect(error.code).toBe('BAD_IMAGE');
      expect(error.message).toMatch(/^cannot decode it: ./);
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        await refusal(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it.each(['png', 'jpeg', 'webp'] as const)('is rejected if a %s is truncated', async (format) => {
    const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 256);
    const file = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    for (const part of [0.1, 0.5, 0.9]) await refusal(file.subarray(0, Math.floor(file.length * part)));
  });

  it('is rejected for too many pixels, judging by its header', async () => {
    const side = Math.sqrt(maxInputPixels);
    const blank = (height: number) =>
      sharp({ create: { width: side, height, channels: 3, background: '#fff' }, limitInputPixels: false })
        .png({ compressionLevel: 1 })
        .toBuffer();
    const error = await refusal(await blank(side + 1));
    expect(error.message).toContain('pixel');
    expect((await decodeImage(await blank(side), { width: 4, height: 4, fit: 'cover' })).pixels).toHaveLength(48);
  });

  it.each([
    ['50,000 x 50,000 pixels', 50_000, 50_000],
    ['one row of more pixels than are allowed', maxInputPixels + 1, 1],
    ['2^31 - 1 pixels in each direction', 2 ** 31 - 1, 2 ** 31 - 1],
  ])('is rejected if a small file claims %s, without allocating memory for them', async (_, width, height) => {
    const before = process.memoryUsage().rss;
    const error = await refusal(pngHead(width, height));
    expect(error.message).toMatch(/^cannot decode it: ./);
    // Single rows may be allocated, but not the picture: 50,000 x 50,000 pixels are 7.5 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  it('is rejected if a GIF of 42 bytes claims 65,535 x 65,535 pixels', async () => {
    const gif = Buffer.concat([
      Buffer.from('GIF89a', 'latin1'),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
      Buffer.from([0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x4c, 1, 0, 0x3b]),
    ]);
    expect((await refusal(gif)).message).toContain('pixel');
  });
});
