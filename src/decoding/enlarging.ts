import type { DecodingRequest, PictureRequest } from './decoding.js';
import { cellCount, type Grid } from './grid.js';
import type { Guidance } from './guidance.js';
import { nothingKnown, type KnownCells } from './known.js';
import { Random } from './random.js';

/**
 * Drawing at twice the size that the model was trained on: a picture of the trained size is drawn first, then its tokens
 * stand at the even rows and columns of a grid twice as high and wide, and the cells between them are decoded.
 * Source: RandAR/applications/resolution_extrapolation.py.
 */
export interface Enlarging {
  /** Of the second part. */
  readonly tokensPerStep: readonly number[];
  /** How much the small picture guides the cells between its own; 1 to 1 turns it off. */
  readonly spatialGuidance: Guidance;
}

export const enlargementFactor = 2;

export function enlargedGrid({ width, height }: Grid): Grid {
  return { width: width * enlargementFactor, height: height * enlargementFactor };
}

/** The grid of the small picture that an enlarged one begins with. */
export function smallGrid({ width, height }: Grid): Grid {
  return { width: width / enlargementFactor, height: height / enlargementFactor };
}

/** The place of a small picture's cell in the enlarged grid. */
export function enlargedCell(cell: number, small: Grid): number {
  const row = Math.floor(cell / small.width) * enlargementFactor;
  return row * small.width * enlargementFactor + (cell % small.width) * enlargementFactor;
}

/** The small picture's cell at a place of the enlarged grid; undefined between them. */
export function smallCell(cell: number, small: Grid): number | undefined {
  const { width } = enlargedGrid(small);
  const [row, column] = [Math.floor(cell / width), cell % width];
  if (row % enlargementFactor !== 0 || column % enlargementFactor !== 0) return undefined;
  return (row / enlargementFactor) * small.width + column / enlargementFactor;
}

/** The small picture's cells at places of the enlarged grid. @throws RangeError for a place between them */
export function smallCells(cells: readonly number[], small: Grid): number[] {
  return cells.map((cell) => {
    const at = smallCell(cell, small);
    if (at === undefined) throw new RangeError(`cell ${cell} of the enlarged grid is none of the small picture`);
    return at;
  });
}

/** The small picture's tokens, row by row, from those of the enlarged grid. */
export function smallTokens(tokens: Int32Array, small: Grid): Int32Array {
  return tokens.filter((_, cell) => smallCell(cell, small) !== undefined);
}

/** Of the small picture's tokens, hidden from the row that spatial guidance leads away from. */
const hiddenShare = 0.5;

/**
 * The second part's request.
 *
 * @param grid of the small pictures
 * @param small what the small pictures have come to, in the order of decoding
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
