import type { DecodingRequest, PictureRequest } from './decoding.js';
import { cellCount, type Grid } from './grid.js';
import type { Guidance } from './guidance.js';
import { nothingKnown, type KnownCells } from './known.js';
import { Random } from './random.js';

/**
 * A picture at twice the resolution the model was trained on. A picture at the trained resolution is decoded first. Its
 * tokens are placed at the even rows and columns of a grid twice as high and wide, and the cells in between are
 * decoded.
 * Source: RandAR/applications/resolution_extrapolation.py.
 */
export interface Enlarging {
  /** Of the second decoding. */
  readonly tokensPerStep: readonly number[];
  /** How strongly the small picture guides the cells in between; 1 to 1 turns it off. */
  readonly spatialGuidance: Guidance;
}

export const enlargementFactor = 2;

export function enlargedGrid({ width, height }: Grid): Grid {
  return { width: width * enlargementFactor, height: height * enlargementFactor };
}

/** The grid of the small picture that an enlargement starts with. */
export function smallGrid({ width, height }: Grid): Grid {
  return { width: width / enlargementFactor, height: height / enlargementFactor };
}

/** The cell of the large grid at which a small picture's cell is placed. */
export function enlargedCell(cell: number, small: Grid): number {
  const row = Math.floor(cell / small.width) * enlargementFactor;
  return row * small.width * enlargementFactor + (cell % small.width) * enlargementFactor;
}

/** The small picture's cell at a cell of the large grid; undefined for the cells in between. */
export function smallCell(cell: number, small: Grid): number | undefined {
  const { width } = enlargedGrid(small);
  const [row, column] = [Math.floor(cell / width), cell % width];
  if (row % enlargementFactor !== 0 || column % enlargementFactor !== 0) return undefined;
  return (row / enlargementFactor) * small.width + column / enlargementFactor;
}

/** Maps cells of the enlarged grid to the small picture's. @throws RangeError for a cell in between. */
export function smallCells(cells: readonly number[], small: Grid): number[] {
  return cells.map((cell) => {
    const at = smallCell(cell, small);
    if (at === undefined) throw new RangeError(`cell ${cell} of the enlarged grid is not in the small picture`);
    return at;
  });
}

/** The small picture's tokens, taken from the large grid. */
export function smallTokens(tokens: Int32Array, small: Grid): Int32Array {
  return tokens.filter((_, cell) => smallCell(cell, small) !== undefined);
}

/** The share of the small picture's tokens that is hidden from the sequence that spatial guidance leads away from. */
const hiddenShare = 0.5;

/**
 * The request of the second decoding.
 *
 * @param grid The grid of the small pictures.
 * @param small The tokens of the small pictures, in decoding order.
 */
export function enlargedRequest(
  { pictures, guidance, sampling }: DecodingRequest,
  { tokensPerStep, spatialGuidance }: Enlarging,
  grid: Grid,
  small: readonly KnownCells[],
): DecodingRequest {
  const enlarged = pictures.map((picture, i): PictureRequest => {
    const { cells, tokens } = small[i] ?? nothingKnown;
    const known = { cells: cells.map((cell) => enlargedCell(cell, grid)), tokens };
    return {
      ...picture,
      order: picture.enlargedOrder ?? picture.order,
      known,
      hidden: hiddenCells(picture, grid),
    };
  });
  return { pictures: enlarged, tokensPerStep, guidance, spatialGuidance, sampling };
}

function hiddenCells({ seed, hidden }: PictureRequest, small: Grid): readonly number[] {
  if (hidden) return hidden;
  const cells = Int32Array.from({ length: cellCount(small) }, (_, cell) => enlargedCell(cell, small));
  Random.of(seed, 'hiding').shuffle(cells);
  return [...cells.subarray(0, Math.floor(cells.length * hiddenShare))];
}
