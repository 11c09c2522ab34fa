import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellCount, unknownToken, type Grid } from '../../src/decoding/grid.js';
import { decodePartial, spreadKnown } from '../../src/tokenizer/partial.js';
import { loadTokenizerGolden } from '../support/goldens/load.js';

/** Grids with some cells known. */
const partial = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain((grid) => {
    const length = cellCount(grid);
    const token = fc.oneof({ weight: 3, arbitrary: fc.constant(unknownToken) }, fc.nat(40));
    const tokens = fc.array(token, { minLength: length, maxLength: length });
    return tokens.map((list) => ({ grid, tokens: Int32Array.from(list) }));
  });

const steps = (a: number, b: number, { width }: Grid): number =>
  Math.abs(Math.floor(a / width) - Math.floor(b / width)) + Math.abs((a % width) - (b % width));

describe('spreading known tokens', () => {
  it('does not change known cells, and leaves none unknown', () => {
    fc.assert(
      fc.property(partial, ({ grid, tokens }) => {
        const before = tokens.slice();
        const filled = spreadKnown(tokens, grid);
        expect(tokens).toEqual(before);
        for (const [cell, token] of tokens.entries()) {
          expect(filled[cell]).toBeGreaterThanOrEqual(0);
          if (token !== unknownToken) expect(filled[cell]).toBe(token);
        }
      }),
    );
  });

  it('gives an unknown cell the token of one of its nearest known cells', () => {
    fc.assert(
      fc.property(partial, ({ grid, tokens }) => {
        const known = [...tokens.keys()].filter((cell) => tokens[cell] !== unknownToken);
        fc.pre(known.length > 0);
        const filled = spreadKnown(tokens, grid);
        for (const cell of tokens.keys()) {
          const least = Math.min(...known.map((other) => steps(cell, other, grid)));
          const nearest = known.filter((other) => steps(cell, other, grid) === least).map((other) => tokens[other]);
          expect(nearest).toContain(filled[cell]);
        }
      }),
    );
  });

  it('does not wrap around at the end of a row', () => {
    const tokens = Int32Array.of(-1, -1, 5, -1, -1, -1, -1, -1, 7);
    expect([...spreadKnown(tokens, { width: 3, height: 3 })]).toEqual([5, 5, 5, 5, 5, 5, 7, 7, 7]);
  });

  it('fills a grid in which nothing is known', () => {
    expect([...spreadKnown(Int32Array.of(-1, -1), { width: 2, height: 1 })]).toEqual([0, 0]);
  });
});

describe('a partly decoded picture', () => {
  const grid: Grid = { width: 3, height: 2 };

  it('shows known cells as the decoder draws them, and a checkerboard where nothing is known', async () => {
    const { tokenizer } = await loadTokenizerGolden('llamagen-f4');
    const tokens = Int32Array.of(4, -1, 9, -1, -1, 30);
    const picture = await decodePartial(tokenizer, tokens, grid);
    const drawn = await tokenizer.decode(spreadKnown(tokens, grid), grid);
    expect(picture).toHaveLength(drawn.length);
    for (const at of pixelsOf(picture, grid, tokenizer.factor)) {
      const level = tokens[at.cell] === unknownToken ? (at.isLight ? 236 : 220) : drawn[at.index];
      expect(picture[at.index]).toBe(level);
    }
  });

  it('is the finished picture when everything is known', async () => {
    const { tokenizer } = await loadTokenizerGolden('llamagen-f8');
    const tokens = Int32Array.of(4, 60, 9, 1, 2, 30);
    expect(await decodePartial(tokenizer, tokens, grid)).toEqual(await tokenizer.decode(tokens, grid));
  });
});

/** For every byte of a picture, its cell, and whether a checkerboard with squares of half a cell is light there. */
function* pixelsOf(picture: Uint8Array, { width }: Grid, factor: number) {
  for (const index of picture.keys()) {
    const [x, y] = [Math.floor(index / 3) % (width * factor), Math.floor(index / 3 / (width * factor))];
    const cell = Math.floor(y / factor) * width + Math.floor(x / factor);
    yield { index, cell, isLight: x % factor < factor / 2 === y % factor < factor / 2 };
  }
}
