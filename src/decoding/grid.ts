/** A picture's tokens lie in a grid; a cell is the number of a place in it, row by row from the top left, from 0. */
export interface Grid {
  readonly width: number;
  readonly height: number;
}

export function cellCount(grid: Grid): number {
  return grid.width * grid.height;
}

/** The token of a cell that is not decoded yet. */
export const unknownToken = -1;
