import { unknownToken, type Grid } from '../decoding/grid.js';
import { paintUnknownCells } from './patches.js';
import type { Tokenizer } from './tokenizer.js';
import { intAt } from '../numbers/at.js';

/**
 * Renders a partly decoded picture through the decoder, RGB [grid.height * factor, grid.width * factor, 3], with
 * unknown cells painted over. The decoder sees the surroundings of each cell, and arbitrary tokens would show in
 * neighbouring known cells, so unknown cells get the nearest known token.
 */
export async function decodePartial(tokenizer: Tokenizer, tokens: Int32Array, grid: Grid): Promise<Uint8Array> {
  const filled = spreadKnown(tokens, grid);
  const picture = await tokenizer.decode(filled, grid);
  paintUnknownCells(picture, tokens, grid, tokenizer.factor);
  return picture;
}

/** Fills every unknown cell with the token of the nearest known cell, in steps left, right, up or down. */
export function spreadKnown(tokens: Int32Array, { width, height }: Grid): Int32Array {
  const filled = tokens.slice();
  let edge = Array.from(filled.keys()).filter((cell) => filled[cell] !== unknownToken);
  // If nothing is known, no cell will show, so any token will do.
  if (edge.length === 0) return filled.fill(0);
  while (edge.length > 0) {
    const reached: number[] = [];
    for (const cell of edge) {
      const [row, column] = [Math.floor(cell / width), cell % width];
      const neighbours = [
        ...(row > 0 ? [cell - width] : []),
        ...(column > 0 ? [cell - 1] : []),
        ...(column + 1 < width ? [cell + 1] : []),
        ...(row + 1 < height ? [cell + width] : []),
      ];
      for (const neighbour of neighbours) {
        if (filled[neighbour] !== unknownToken) continue;
        filled[neighbour] = intAt(filled, cell);
        reached.push(neighbour);
      }
    }
    edge = reached;
  }
  return filled;
}
