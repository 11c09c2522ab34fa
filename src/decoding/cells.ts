import { cellCount, type Grid } from './grid.js';

/** Where pixels and parts of a picture lie in its grid. A cell is a square of `side` pixels. */

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Every cell of which a pixel is painted.
 *
 * @param painted one byte a pixel, row by row, of the whole picture; 0 for a pixel that is not painted
 */
export function cellsTouched(painted: Uint8Array, grid: Grid, side: number): Set<number> {
  const width = grid.width * side;
  const touched = new Set<number>();
  for (const [at, isPainted] of painted.entries()) {
    if (isPainted === 0) continue;
    const [row, column] = [Math.floor(at / width), at % width];
    touched.add(Math.floor(row / side) * grid.width + Math.floor(column / side));
  }
  return touched;
}

/** Every cell whose pixels all lie inside the rectangle. */
export function cellsInside({ left, top, width, height }: Rectangle, grid: Grid, side: number): number[] {
  return allCells(grid).filter((cell) => {
    const x = (cell % grid.width) * side;
    const y = Math.floor(cell / grid.width) * side;
    return x >= left && y >= top && x + side <= left + width && y + side <= top + height;
  });
}

/** The place in `grid` of a cell of `part`, which lies in it with its first cell at column x and row y. */
export function placedCell(cell: number, part: Grid, { x, y }: { x: number; y: number }, grid: Grid): number {
  return (y + Math.floor(cell / part.width)) * grid.width + x + (cell % part.width);
}

/** Every cell, row by row. */
export function allCells(grid: Grid): number[] {
  return Array.from({ length: cellCount(grid) }, (_, cell) => cell);
}
