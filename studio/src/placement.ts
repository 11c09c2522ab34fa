import type { Grid } from './playback.js';

/** A picture's place in the grid, in whole cells. It is inside, and leaves at least one cell free. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Half as wide and high as the grid, centred. */
export function centred({ width, height }: Grid): Placement {
  const [w, h] = [Math.max(1, Math.round(width / 2)), Math.max(1, Math.round(height / 2))];
  return { x: Math.floor((width - w) / 2), y: Math.floor((height - h) / 2), width: w, height: h };
}

export function move(placement: Placement, dx: number, dy: number, grid: Grid): Placement {
  return {
    ...placement,
    x: within(placement.x + dx, 0, grid.width - placement.width),
    y: within(placement.y + dy, 0, grid.height - placement.height),
  };
}

/** Moves the right and bottom edges. */
export function resize(placement: Placement, dx: number, dy: number, grid: Grid): Placement {
  const { x, y } = placement;
  const width = within(placement.width + dx, 1, grid.width - x);
  const height = within(placement.height + dy, 1, grid.height - y);
  // Covering the whole grid would leave nothing to draw.
  if (width === grid.width && height === grid.height) return { x, y, width, height: Math.max(1, height - 1) };
  return { x, y, width, height };
}

function within(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
