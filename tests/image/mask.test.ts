import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, ImageError, type Fit, type FittedImage } from '../../src/image/decode.js';
import { decodeMask, type Mask } from '../../src/image/mask.js';

/** A greyscale mask file. */
function grey(width: number, height: number, level: (x: number, y: number) => number): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: width * height }, (_, at) => level(at % width, Math.floor(at / width)));
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

/** A file with colour and opacity per pixel. */
function rgba(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): Promise<Buffer> {
  const pixels = Array.from({ length: width * height }, (_, at) => pixel(at % width, Math.floor(at / width)));
  return sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

/** A plain image of one size, fitted to another. */
async function fitted(width: number, height: number, side: number, fit: Fit = 'cover'): Promise<FittedImage> {
  const file = await grey(width, height, () => 90);
  return decodeImage(file, { width: side, height: side, fit });
}

const rows = ({ painted, width, height }: Mask) =>
  Array.from({ length: height }, (_, y) => [...painted.subarray(y * width, (y + 1) * width)].join(''));

describe('a mask', () => {
  it('paints where it is white, from half grey on', async () => {
    const image = await fitted(4, 4, 4);
    const mask = await decodeMask(await grey(4, 4, (x) => [0, 127, 128, 255][x] ?? 0), image);
    expect(rows(mask)).toEqual(['0011', '0011', '0011', '0011']);
  });

  it('paints where it is opaque if it has transparent parts, whatever its colours', async () => {
    const image = await fitted(4, 4, 4);
    const file = await rgba(4, 4, (x) => [x < 2 ? 255 : 0, 0, 0, [0, 255, 0, 255][x] ?? 0]);
    expect(rows(await decodeMask(file, image))).toEqual(['0101', '0101', '0101', '0101']);
  });

  it('paints by its white parts if it has an alpha channel without transparent parts', async () => {
    const image = await fitted(4, 4, 4);
    const file = await rgba(4, 4, (x) => (x === 1 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
    expect(rows(await decodeMask(file, image))).toEqual(['0100', '0100', '0100', '0100']);
  });

  it('may have 16 bits, a palette, or be a JPEG', async () => {
    const image = await fitted(16, 16, 16);
    const half = await grey(16, 16, (x) => (x < 8 ? 0 : 255));
    const expected = rows(await decodeMask(half, image));
    for (const file of [
      await sharp(half).toColourspace('rgb16').png().toBuffer(),
      await sharp(half).png({ palette: true }).toBuffer(),
      await sharp(half).jpeg({ quality: 100 }).toBuffer(),
    ]) {
      expect(rows(await decodeMask(file, image))).toEqual(expected);
    }
  });

  it('of another size and aspect is stretched to the original image', async () => {
    // The image is 8 x 4, the mask 2 x 2. Cover takes the middle 4 x 4, so half of each mask column.
    const file = await grey(2, 2, (x, y) => (x === 1 && y === 0 ? 255 : 0));
    expect(rows(await decodeMask(file, await fitted(8, 4, 4, 'cover')))).toEqual(['0011', '0011', '0000', '0000']);
    expect(rows(await decodeMask(file, await fitted(8, 4, 4, 'fill')))).toEqual(['0011', '0011', '0000', '0000']);
  });

  it('paints what the image leaves empty, and nothing else if it is black', async () => {
    const black = await grey(2, 2, () => 0);
    expect(rows(await decodeMask(black, await fitted(8, 4, 4, 'contain')))).toEqual(['1111', '0000', '0000', '1111']);
    expect(rows(await decodeMask(black, await fitted(8, 4, 4, 'fill')))).toEqual(['0000', '0000', '0000', '0000']);
  });

  it('paints nothing if it is white only in the cropped part', async () => {
    const file = await grey(8, 4, (x) => (x < 2 ? 255 : 0));
    expect(rows(await decodeMask(file, await fitted(8, 4, 4, 'cover')))).toEqual(['0000', '0000', '0000', '0000']);
  });

  it('is rotated by its EXIF orientation', async () => {
    // Orientation 6: the stored image is turned a quarter clockwise, so its left side is at the top.
    const file = await sharp(await grey(4, 4, (x) => (x === 0 ? 255 : 0)))
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    expect(rows(await decodeMask(file, await fitted(4, 4, 4)))).toEqual(['1111', '0000', '0000', '0000']);
  });

  it('aligns with an image rotated by its EXIF orientation', async () => {
    const saved = await sharp(await grey(4, 8, () => 90))
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const image = await decodeImage(saved, { width: 4, height: 4, fit: 'cover' });
    expect(image.original).toEqual({ width: 8, height: 4 });
    // Upright it is 8 x 4, of which cover takes the middle.
    const mask = await decodeMask(await grey(8, 4, (x) => (x === 2 ? 255 : 0)), image);
    expect(rows(mask)).toEqual(['1000', '1000', '1000', '1000']);
  });

  it('never loses a line, however thin and however large the mask', async () => {
    const image = await fitted(16, 16, 16);
    const file = await grey(6000, 3000, (x, y) => (x === 3300 || y === 1700 ? 255 : 0));
    const mask = await decodeMask(file, image);
    const [column, row] = [Math.floor((3300 * 16) / 6000), Math.floor((1700 * 16) / 3000)];
    expect(rows(mask)).toEqual(
      Array.from({ length: 16 }, (_, y) =>
        Array.from({ length: 16 }, (_, x) => (x === column || y === row ? '1' : '0')).join(''),
      ),
    );
  });

  it('touches exactly the cells that its painted pixels overlap, with each fit', async () => {
    const size = fc.integer({ min: 1, max: 40 });
    const cases = fc.record({
      image: fc.tuple(size, size),
      mask: fc.tuple(size, size),
      fit: fc.constantFrom<Fit>('cover', 'contain', 'fill'),
      dots: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 4 }),
    });
    const [side, cell] = [24, 6];
    await fc.assert(
      fc.asyncProperty(cases, async ({ image: [width, height], mask: [maskWidth, maskHeight], fit, dots }) => {
        const image = await fitted(width, height, side, fit);
        const painting = new Set(dots.map(([x, y]) => (y % maskHeight) * maskWidth + (x % maskWidth)));
        const file = await grey(maskWidth, maskHeight, (x, y) => (painting.has(y * maskWidth + x) ? 255 : 0));
        const { painted } = await decodeMask(file, image);
        const { inside } = image;
        const touched = new Set<string>();
        painted.forEach((isPainted, at) => {
          if (isPainted) touched.add(`${Math.floor((at % side) / cell)} ${Math.floor(at / side / cell)}`);
        });

        // Corners of each mask pixel in the fitted image, by the definition of each fit.
        const scale = Math.max(side / width, side / height);
        const place = (x: number, y: number) =>
          fit === 'cover'
            ? [
                (x / maskWidth) * width * scale - (width * scale - side) / 2,
                (y / maskHeight) * height * scale - (height * scale - side) / 2,
              ]
            : [inside.left + (x / maskWidth) * inside.width, inside.top + (y / maskHeight) * inside.height];
        const expected = new Set<string>();
        const reach = (left: number, top: number, right: number, bottom: number) => {
          for (let y = 0; y < side; y++) {
            for (let x = 0; x < side; x++) {
              const overlaps = x + 1 > left + 1e-6 && x < right - 1e-6 && y + 1 > top + 1e-6 && y < bottom - 1e-6;
              if (overlaps) expected.add(`${Math.floor(x / cell)} ${Math.floor(y / cell)}`);
            }
          }
        };
        for (const at of painting) {
          const [x, y] = [at % maskWidth, Math.floor(at / maskWidth)];
          const [left = 0, top = 0] = place(x, y);
          const [right = 0, bottom = 0] = place(x + 1, y + 1);
          reach(left, top, right, bottom);
        }
        reach(0, 0, side, inside.top);
        reach(0, inside.top + inside.height, side, side);
        reach(0, 0, inside.left, side);
        reach(inside.left + inside.width, 0, side, side);
        expect([...touched].sort()).toEqual([...expected].sort());
      }),
      { numRuns: 150 },
    );
  });

  it('is rejected if it is not an image', async () => {
    const image = await fitted(4, 4, 4);
    for (const bytes of [
      new Uint8Array(),
      Buffer.from('not an image'),
      (await grey(64, 64, (x, y) => x * y)).subarray(0, 90),
    ]) {
      const error = await decodeMask(bytes, image).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ImageError);
    }
  });
});
