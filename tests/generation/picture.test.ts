import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePictureKey, pictureKey, type Picture } from '../../src/generation/picture.js';

const pictures: fc.Arbitrary<Picture> = fc
  .record({
    model: fc.stringMatching(/^[\w.-]{1,20}$/),
    mode: fc.constantFrom('mosaic' as const, 'decoded' as const),
    width: fc.integer({ min: 1, max: 64 }),
    height: fc.integer({ min: 1, max: 20 }),
  })
  .chain((shape) => {
    const cells = shape.width * shape.height;
    return fc
      .array(fc.integer({ min: -1, max: 65534 }), { minLength: cells, maxLength: cells })
      .map((tokens) => ({ ...shape, tokens: Int32Array.from(tokens) }));
  });

describe('the text of a picture', () => {
  it('gives the picture back', () => {
    fc.assert(
      fc.property(pictures, (picture) => {
        expect(parsePictureKey(pictureKey(picture))).toEqual(picture);
      }),
    );
  });

  it('is safe in a URL path', () => {
    fc.assert(
      fc.property(pictures, (picture) => {
        expect(pictureKey(picture)).toMatch(/^[\w.\-/]+$/);
      }),
    );
  });

  it('is rejected if cut, extended or made up', () => {
    const picture: Picture = { model: 'm', mode: 'decoded', width: 2, height: 2, tokens: Int32Array.of(1, 2, 3, -1) };
    const key = pictureKey(picture);
    expect(parsePictureKey(key.slice(0, -2))).toBeUndefined();
    expect(parsePictureKey(`${key}AAAA`)).toBeUndefined();
    expect(parsePictureKey(key.replace('2x2', '1x1'))).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        parsePictureKey(text);
      }),
    );
  });
});
