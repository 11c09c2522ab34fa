import { cellCount, type Grid } from './grid.js';

/** A rectangle in pixels or in cells. */

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * All cells that contain a painted pixel.
 *
 * @param painted One byte per pixel of the whole picture, row by row; 0 means not painted.
 * @param side The side of a cell in pixels.
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

/** All cells that lie entirely inside the rectangle. */
export function cellsInside({ left, top, width, height }: Rectangle, grid: Grid, side: number): number[] {
  return allCells(grid).filter((cell) => {
    const x = (cell % grid.width) * side;
    const y = Math.floor(cell / grid.width) * side;
    return x >= left && y >= top && x + side <= left + width && y + side <= top + height;
  });
}

/** The cell of `grid` that a cell of `part` covers, with the top left cell of `part` at column x and row y. */
export function placedCell(cell: number, part: Grid, { x, y }: { x: number; y: number }, grid: Grid): number {
  return (y + Math.floor(cell / part.width)) * grid.width + x + (cell % part.width);
}

export function allCells(grid: Grid): number[] {
  return Array.from({ length: cellCount(grid) }, (_, cell) => cell);
}
