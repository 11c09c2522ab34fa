import { cellCount, unknownToken, type Grid } from '../decoding/grid.js';
import { arrangeBySimilarity } from './similarity.js';
import type { Tokenizer } from './tokenizer.js';
import { byteAt, floatAt, rowAt, wordAt } from '../numbers/at.js';

/** The appearance of each code by itself: a mosaic of patches takes no network. */
export interface PatchTable {
  readonly vocabulary: number;
  readonly factor: number;
  /** RGB, [vocabulary, factor, factor, 3]. */
  readonly pixels: Uint8Array;
}

/** Limits the decoder's memory: the released models decode 256 x 256 pixels at a time. */
const sheetPixels = 256;
/** How often each code is decoded. Once for a large codebook, which already takes more than a minute. */
const samplesOf = (vocabulary: number): number => (vocabulary > 4096 ? 1 : 2);

/**
 * A code's patch is the mean of its decoded cells among similar codes, as it would appear in real pictures. A picture
 * of a single code would lose its colour: the decoder normalizes over the whole picture, so a constant one comes out
 * grey. Blocks of 3x3 equal cells are no better than similar neighbours, at nine times the cost.
 */
export async function buildPatches(
  tokenizer: Tokenizer,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<PatchTable> {
  const { vocabulary, factor, codebook } = tokenizer;
  const side = Math.min(Math.ceil(Math.sqrt(vocabulary)), Math.max(Math.floor(sheetPixels / factor), 1));
  const grid: Grid = { width: side, height: side };
  const patchSize = factor * factor * 3;
  const sums = new Float32Array(vocabulary * patchSize);
  const counts = new Uint32Array(vocabulary);
  const arrangement = arrangeBySimilarity(
    codebook,
    grid,
    Math.ceil((vocabulary * samplesOf(vocabulary)) / cellCount(grid)),
  );
  for (const [i, tokens] of arrangement.entries()) {
    const picture = await tokenizer.decode(tokens, grid);
    onProgress(i + 1, arrangement.length);
    for (const [cell, token] of tokens.entries()) {
      counts[token] = wordAt(counts, token) + 1;
      const sum = rowAt(sums, token, patchSize);
      forCellRows(cell, grid, factor, (at, row) => {
        for (let i = 0; i < factor * 3; i++) {
          const to = row * factor * 3 + i;
          sum[to] = floatAt(sum, to) + byteAt(picture, at + i);
        }
      });
    }
  }
  const pixels = Uint8Array.from(sums, (sum, i) => Math.round(sum / wordAt(counts, Math.floor(i / patchSize))));
  return { vocabulary, factor, pixels };
}

/** Two light greys. */
const unknownGreys = [236, 220] as const;

/**
 * Renders a picture [grid.height * factor, grid.width * factor, 3] from patches. An unknown cell is a checkerboard with
 * squares of half a cell.
 */
export function renderMosaic({ vocabulary, factor, pixels }: PatchTable, tokens: Int32Array, grid: Grid): Uint8Array {
  if (tokens.length !== cellCount(grid)) {
    throw new RangeError(
      `expected ${cellCount(grid)} tokens for ${grid.width}x${grid.height} cells, got ${tokens.length}`,
    );
  }
  const size = factor * factor * 3;
  const picture = new Uint8Array(tokens.length * size);
  for (const [cell, token] of tokens.entries()) {
    if (token < unknownToken || token >= vocabulary) {
      throw new RangeError(`cell ${cell}: expected a token from ${unknownToken} to ${vocabulary - 1}, got ${token}`);
    }
    if (token !== unknownToken) {
      paintCell(picture, cell, pixels.subarray(token * size, (token + 1) * size), grid, factor);
    }
  }
  paintUnknownCells(picture, tokens, grid, factor);
  return picture;
}

/** Paints a checkerboard with squares of half a cell over each unknown cell. */
export function paintUnknownCells(picture: Uint8Array, tokens: Int32Array, grid: Grid, factor: number): void {
  const unknown = checkerboard(factor);
  for (const [cell, token] of tokens.entries()) {
    if (token === unknownToken) paintCell(picture, cell, unknown, grid, factor);
  }
}

/** @param patch RGB, [factor, factor, 3]. */
function paintCell(picture: Uint8Array, cell: number, patch: Uint8Array, grid: Grid, factor: number): void {
  forCellRows(cell, grid, factor, (at, row) => {
    picture.set(patch.subarray(row * factor * 3, (row + 1) * factor * 3), at);
  });
}

function checkerboard(factor: number): Uint8Array {
  const pixels = new Uint8Array(factor * factor * 3);
  const half = factor / 2;
  for (let i = 0; i < factor * factor; i++) {
    const isDark = i % factor < half !== Math.floor(i / factor) < half;
    pixels.fill(unknownGreys[isDark ? 1 : 0], i * 3, i * 3 + 3);
  }
  return pixels;
}

/** Visits the pixel rows of a cell with each row's offset in the picture's bytes and its number within the cell. */
function forCellRows(cell: number, { width }: Grid, factor: number, visit: (at: number, row: number) => void): void {
  const left = (cell % width) * factor;
  const top = Math.floor(cell / width) * factor;
  for (let row = 0; row < factor; row++) visit(((top + row) * width * factor + left) * 3, row);
}
