import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellCount, unknownToken, type Grid } from '../../src/decoding/grid.js';
import { readPatches } from '../../src/tokenizer/patch-file.js';
import { buildPatches, paintUnknownCells, renderMosaic, type PatchTable } from '../../src/tokenizer/patches.js';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.js';
import { graphsOnHost } from '../../src/runtime/graph-session.js';
import { loadTokenizer } from '../../src/tokenizer/tokenizer.js';
import { loadTokenizerGolden, onOneThread } from '../support/goldens/load.js';
import { builtInModels } from '../support/goldens/models.js';

const vocabulary = 5;
const factor = 4;

/** Patches with unique bytes: byte i of token t is 40 t + i, with 48 bytes per cell. */
const table: PatchTable = {
  vocabulary,
  factor,
  pixels: Uint8Array.from({ length: vocabulary * factor * factor * 3 }, (_, i) => {
    const size = factor * factor * 3;
    return 40 * Math.floor(i / size) + (i % size);
  }),
};

const light = 236;
const dark = 220;

/** The bytes of one cell, row by row. */
function cellOf(picture: Uint8Array, cell: number, grid: Grid): number[] {
  const rowLength = grid.width * factor * 3;
  const [top, left] = [Math.floor(cell / grid.width) * factor, (cell % grid.width) * factor * 3];
  return Array.from({ length: factor }, (_, row) => {
    const at = (top + row) * rowLength + left;
    return [...picture.subarray(at, at + factor * 3)];
  }).flat();
}

const patch = (token: number) => [...table.pixels.subarray(token * 48, (token + 1) * 48)];
const checkerboard = [
  light,
  light,
  dark,
  dark,
  light,
  light,
  dark,
  dark,
  dark,
  dark,
  light,
  light,
  dark,
  dark,
  light,
  light,
]
  .map((grey) => [grey, grey, grey])
  .flat();

const partial = fc
  .record({ width: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 1, max: 6 }) })
  .chain((grid) => {
    const length = cellCount(grid);
    const tokens = fc.array(fc.integer({ min: unknownToken, max: vocabulary - 1 }), {
      minLength: length,
      maxLength: length,
    });
    return tokens.map((list) => ({ grid, tokens: Int32Array.from(list) }));
  });

describe('a mosaic', () => {
  it("has each known token's patch at its place, and a checkerboard where a cell is unknown", () => {
    fc.assert(
      fc.property(partial, ({ grid, tokens }) => {
        const picture = renderMosaic(table, tokens, grid);
        expect(picture).toHaveLength(tokens.length * 48);
        for (const [cell, token] of tokens.entries()) {
          expect(cellOf(picture, cell, grid)).toEqual(token === unknownToken ? checkerboard : patch(token));
        }
      }),
    );
  });

  it.each([-2, 5, 70_000])('is refused for token %s of 5, and says in which cell', (token) => {
    expect(() => renderMosaic(table, Int32Array.of(0, token), { width: 2, height: 1 })).toThrow(
      new RangeError(`cell 1: expected a token from -1 to 4, got ${token}`),
    );
  });

  it('is refused for tokens that do not fill the grid', () => {
    expect(() => renderMosaic(table, new Int32Array(5), { width: 2, height: 3 })).toThrow(
      new RangeError('expected 6 tokens for 2x3 cells, got 5'),
    );
  });
});

describe('painting unknown cells', () => {
  it('does not change known cells', () => {
    const grid = { width: 2, height: 2 };
    const picture = new Uint8Array(4 * 48).fill(7);
    paintUnknownCells(picture, Int32Array.of(0, -1, -1, 3), grid, factor);
    const known = new Array<number>(48).fill(7);
    const cells = [0, 1, 2, 3].map((cell) => cellOf(picture, cell, grid));
    expect(cells).toEqual([known, checkerboard, checkerboard, known]);
  });
});

describe('the patches of a tokenizer', () => {
  it.each(['llamagen-f4', 'llamagen-f8'])('are one for every code: %s', async (name) => {
    const { tokenizer } = await loadTokenizerGolden(name);
    const asked = new Set<number>();
    const patches = await buildPatches({
      ...tokenizer,
      decode: (tokens, grid) => {
        for (const token of tokens) asked.add(token);
        return tokenizer.decode(tokens, grid);
      },
    });
    expect(patches).toMatchObject({ vocabulary: tokenizer.vocabulary, factor: tokenizer.factor });
    expect(patches.pixels).toHaveLength(tokenizer.vocabulary * tokenizer.factor ** 2 * 3);
    expect([...asked].sort((a, b) => a - b)).toEqual([...Array(tokenizer.vocabulary).keys()]);
  });

  it('are what the decoder draws for a code anywhere', async () => {
    const { tokenizer } = await loadTokenizerGolden('llamagen-f4');
    // Draws every cell of token t in the colour (t, 2 t, 3 t), regardless of its neighbours.
    const plain: Tokenizer = {
      ...tokenizer,
      decode: (tokens, grid) => {
        const picture = new Uint8Array(tokens.length * tokenizer.factor ** 2 * 3);
        for (const i of picture.keys()) {
          const [x, y] = [Math.floor(i / 3) % (grid.width * 4), Math.floor(i / 3 / (grid.width * 4))];
          const token = tokens[Math.floor(y / 4) * grid.width + Math.floor(x / 4)] ?? 0;
          picture[i] = token * ((i % 3) + 1);
        }
        return Promise.resolve(picture);
      },
    };
    const { pixels } = await buildPatches(plain);
    for (const [i, level] of pixels.entries()) expect(level).toBe(Math.floor(i / 48) * ((i % 3) + 1));
  });

  it('make a mosaic that looks like the picture', async () => {
    const tokenizer = await loadTokenizer(`${builtInModels}/emoji/tokenizer.safetensors`, graphsOnHost(onOneThread));
    const side = 16 * tokenizer.factor;
    // A dark disc on white, like an emoji.
    const disc = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
      return Math.hypot(x - side / 2, y - side / 2) < side / 3 ? 40 : 255;
    });
    const tokens = await tokenizer.encode(disc, side, side);
    const mosaic = renderMosaic(await buildPatches(tokenizer), tokens, { width: 16, height: 16 });
    const off = mosaic.reduce((sum, level, i) => sum + Math.abs(level - (disc[i] ?? 0)), 0) / disc.length;
    // A plain picture of the mean colour is off by more than twice as much.
    expect(off).toBeLessThan(40);
  });

  it('in the built-in model are those of its tokenizer', async () => {
    const tokenizer = await loadTokenizer(`${builtInModels}/emoji/tokenizer.safetensors`, graphsOnHost(onOneThread));
    const kept = await readPatches(`${builtInModels}/emoji/patches.safetensors`, tokenizer);
    const made = await buildPatches(tokenizer);
    const off = made.pixels.filter((level, i) => Math.abs(level - (kept.pixels[i] ?? 0)) > 2).length;
    // If rounding alone changes the arrangement of some codes, these have other neighbours.
    expect(off).toBeLessThan(made.pixels.length / 20);
  });
});
