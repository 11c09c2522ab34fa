/** The token grid of a picture. Cells are numbered row by row from the top left, from 0. */
export interface Grid {
  readonly width: number;
  readonly height: number;
}

export function cellCount(grid: Grid): number {
  return grid.width * grid.height;
}

/** Stands for the token of a cell that is not decoded yet. */
export const unknownToken = -1;
