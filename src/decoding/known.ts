import { cellCount, unknownToken, type Grid } from './grid.js';
import { Random } from './random.js';

/** Cells with their tokens, in the order in which they stand in front of those that are decoded. */
export interface KnownCells {
  readonly cells: Int32Array;
  readonly tokens: Int32Array;
}

export const nothingKnown: KnownCells = { cells: new Int32Array(0), tokens: new Int32Array(0) };

/** The tokens of a grid of which nothing is known, row by row. */
export function unknownTokens(grid: Grid): Int32Array {
  return new Int32Array(cellCount(grid)).fill(unknownToken);
}

/** How many cells of a grid of tokens are known. */
export function countKnown(tokens: Int32Array): number {
  let known = 0;
  for (const token of tokens) if (token !== unknownToken) known++;
  return known;
}

/**
 * The known cells of a grid of tokens, row by row, -1 where not known, in a random order by the seed: what the model was
 * trained to go on from.
 */
export function knownCells(tokens: Int32Array, seed: number): KnownCells {
  const cells = Int32Array.from(tokens.keys()).filter((cell) => tokens[cell] !== unknownToken);
  Random.of(seed, 'known').shuffle(cells);
  return { cells, tokens: cells.map((cell) => tokens[cell] ?? unknownToken) };
}
