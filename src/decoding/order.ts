import { cellCount, type Grid } from './grid.js';
import { localityOrder } from './locality.js';
import type { Random } from './random.js';
import { intAt } from '../numbers/at.js';

/** The order in which the cells of a picture are decoded. Random-order training covers every permutation. */
export type Order =
  { readonly kind: NamedOrder } | { readonly kind: 'explicit'; readonly positions: readonly number[] };

export type NamedOrder = keyof typeof sequences | 'locality';

/** The input to an order. */
export interface CellsToOrder {
  readonly grid: Grid;
  /** Cells whose tokens are already known. All others are open. */
  readonly known: Iterable<number>;
  /** Sums to the number of open cells. */
  readonly tokensPerStep: readonly number[];
}

/** The open cells in decoding order. */
export function orderCells(order: Order, cells: CellsToOrder, random: Random): Int32Array {
  switch (order.kind) {
    case 'explicit':
      return Int32Array.from(order.positions);
    case 'locality':
      return localityOrder(cells, random);
    default: {
      const known = new Set(cells.known);
      return sequences[order.kind](cells.grid, random).filter((cell) => !known.has(cell));
    }
  }
}

/** Orders that depend on the grid alone; known cells are skipped. */
const sequences = {
  random: (grid, random) => {
    const cells = raster(grid);
    random.shuffle(cells);
    return cells;
  },
  raster,
  spiral,
  halton: (grid, random) => roll(haltonSequence(grid), random.integer(cellCount(grid))),
  subsample: (grid) => Int32Array.from(subsample(grid, 0, 0, 1)),
  'center-out': centerOut,
} satisfies Record<string, (grid: Grid, random: Random) => Int32Array>;

function raster(grid: Grid): Int32Array {
  return Int32Array.from({ length: cellCount(grid) }, (_, cell) => cell);
}

/** Clockwise from the centre outwards: one step right, one down, two left, two up, three right ... */
function spiral({ width, height }: Grid): Int32Array {
  const cells = new Int32Array(width * height);
  let row = Math.floor((height - 1) / 2);
  let column = Math.floor((width - 1) / 2);
  let [down, right] = [0, 1];
  let found = 0;
  for (let leg = 0; found < cells.length; leg++) {
    const legLength = Math.floor(leg / 2) + 1;
    for (let i = 0; i < legLength; i++) {
      if (row >= 0 && row < height && column >= 0 && column < width) cells[found++] = row * width + column;
      row += down;
      column += right;
    }
    [down, right] = [right, -down];
  }
  return cells;
}

/**
 * By distance from the centre, with ties shuffled. Our own order: the cells of a step are spread over a ring, whereas
 * the spiral's are neighbours.
 */
function centerOut(grid: Grid, random: Random): Int32Array {
  const { width, height } = grid;
  // Twice the distance, squared: an integer, so that equal distances compare equal.
  const distances = raster(grid).map(
    (cell) => (2 * Math.floor(cell / width) - height + 1) ** 2 + (2 * (cell % width) - width + 1) ** 2,
  );
  const cells = raster(grid);
  random.shuffle(cells);
  return cells.sort((a, b) => intAt(distances, a) - intAt(distances, b));
}

/**
 * The Halton sequence snapped to cells: row from the radical inverse in base 2, column in base 3, from index 1, without
 * duplicates. Source: valeoai/Halton-MaskGIT.
 */
export function haltonSequence({ width, height }: Grid): Int32Array {
  const seen = new Set<number>();
  for (let index = 1; seen.size < width * height; index++) {
    const row = Math.floor(radicalInverse(index, 2) * height);
    const column = Math.floor(radicalInverse(index, 3) * width);
    seen.add(row * width + column);
  }
  return Int32Array.from(seen);
}

function radicalInverse(index: number, base: number): number {
  let value = 0;
  for (let digit = 1 / base; index > 0; index = Math.floor(index / base), digit /= base)
    value += (index % base) * digit;
  return value;
}

function roll(cells: Int32Array, by: number): Int32Array {
  return Int32Array.from(cells, (_, i) => intAt(cells, (i + by) % cells.length));
}

/**
 * Coarse to fine: the cells of even row and column, ordered recursively, then the three other interleaved quarters.
 * Source: CompVis/taming-transformers, taming/modules/transformer/permuter.py (Subsample).
 */
function* subsample(grid: Grid, row: number, column: number, stride: number): Generator<number> {
  if (row >= grid.height || column >= grid.width) return;
  if (row + stride >= grid.height && column + stride >= grid.width) {
    yield row * grid.width + column;
    return;
  }
  for (const [down, right] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    yield* subsample(grid, row + down * stride, column + right * stride, stride * 2);
  }
}
