/** The parts of a picture to redraw. Immutable: every function returns a new mask. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** Row by row: 1 if painted, 0 otherwise. */
  readonly painted: Uint8Array;
}

/** A point in mask pixels; may be fractional or outside. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export function emptyMask(width: number, height: number): Mask {
  return { width, height, painted: new Uint8Array(width * height) };
}

/** Paints every pixel whose centre is within `radius` of a line; at least one, if the line is inside. */
export function paintLine(mask: Mask, from: Point, to: Point, radius: number, isPainted: boolean): Mask {
  const painted = mask.painted.slice();
  const reach = Math.max(radius, 0.5);
  const value = isPainted ? 1 : 0;
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(mask.height - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(mask.width - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (distance({ x: x + 0.5, y: y + 0.5 }, from, to) <= reach) painted[y * mask.width + x] = value;
    }
  }
  for (const { x, y } of [from, to]) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column >= 0 && column < mask.width && row >= 0 && row < mask.height) painted[row * mask.width + column] = value;
  }
  return { ...mask, painted };
}

/** Distance from a point to a segment. */
function distance({ x, y }: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / squared));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}

/** Paints a cell of the grid, or clears it if it is completely painted. */
export function toggleCell(mask: Mask, columns: number, rows: number, cell: number): Mask {
  const column = cell % columns;
  const row = Math.floor(cell / columns);
  const [left, right] = [Math.floor((column * mask.width) / columns), Math.ceil(((column + 1) * mask.width) / columns)];
  const [top, bottom] = [Math.floor((row * mask.height) / rows), Math.ceil(((row + 1) * mask.height) / rows)];
  const painted = mask.painted.slice();
  let isFull = true;
  for (let y = top; y < bottom; y++) {
    if (painted.subarray(y * mask.width + left, y * mask.width + right).includes(0)) isFull = false;
  }
  for (let y = top; y < bottom; y++) painted.fill(isFull ? 0 : 1, y * mask.width + left, y * mask.width + right);
  return { ...mask, painted };
}

export function invert(mask: Mask): Mask {
  return { ...mask, painted: mask.painted.map((value) => 1 - value) };
}

/** The cells that the mask touches, which will be redrawn. */
export function touchedCells({ painted, width, height }: Mask, columns: number, rows: number): number[] {
  const touched = new Set<number>();
  painted.forEach((value, at) => {
    if (value === 0) return;
    const column = Math.floor(((at % width) * columns) / width);
    const row = Math.floor((Math.floor(at / width) * rows) / height);
    touched.add(row * columns + column);
  });
  return [...touched].sort((a, b) => a - b);
}
