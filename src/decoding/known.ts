import { cellCount, unknownToken, type Grid } from './grid.js';
import { Random } from './random.js';
import { intAt } from '../numbers/at.js';

/** Known cells and their tokens, in the order in which they precede the decoded ones. */
export interface KnownCells {
  readonly cells: Int32Array;
  readonly tokens: Int32Array;
}

export const nothingKnown: KnownCells = { cells: new Int32Array(0), tokens: new Int32Array(0) };

export function unknownTokens(grid: Grid): Int32Array {
  return new Int32Array(cellCount(grid)).fill(unknownToken);
}

export function countKnown(tokens: Int32Array): number {
  let known = 0;
  for (const token of tokens) if (token !== unknownToken) known++;
  return known;
}

/**
 * The known cells of a grid of tokens in a random order that depends on the seed, since the model was trained on random
 * orders.
 */
export function knownCells(tokens: Int32Array, seed: number): KnownCells {
  const cells = Int32Array.from(tokens.keys()).filter((cell) => tokens[cell] !== unknownToken);
  Random.of(seed, 'known').shuffle(cells);
  return { cells, tokens: cells.map((cell) => intAt(tokens, cell)) };
}
