import fc from 'fast-check';
import { cellCount, type Grid } from '../../src/decoding/grid.js';
import type { CellsToOrder } from '../../src/decoding/order.js';

export const side = fc.integer({ min: 1, max: 20 });
export const anyGrid: fc.Arbitrary<Grid> = fc.record({ width: side, height: side });
export const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Any grid with any known cells, and the rest in steps of any sizes. */
export const anyCells: fc.Arbitrary<CellsToOrder> = anyGrid.chain((grid) =>
  fc
    .subarray(ascending(grid))
    .chain((known) =>
      anySteps(cellCount(grid) - known.length).map((tokensPerStep) => ({ grid, known, tokensPerStep })),
    ),
);

/** Steps end at the sorted cuts. */
function anySteps(cells: number): fc.Arbitrary<number[]> {
  if (cells === 0) return fc.constant([]);
  return fc.uniqueArray(fc.integer({ min: 1, max: cells }), { maxLength: 30 }).map((cuts) => {
    const ends = [...new Set([...cuts, cells])].sort((a, b) => a - b);
    return ends.map((end, i) => end - (ends[i - 1] ?? 0));
  });
}

export function ascending(grid: Grid): number[] {
  return Array.from({ length: cellCount(grid) }, (_, cell) => cell);
}

export function openCells({ grid, known }: CellsToOrder): number[] {
  const isKnown = new Set(known);
  return ascending(grid).filter((cell) => !isKnown.has(cell));
}

export const rowOf = (cell: number, grid: Grid) => Math.floor(cell / grid.width);
export const columnOf = (cell: number, grid: Grid) => cell % grid.width;
