import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellCount, type Grid } from '../../src/decoding/grid.js';
import { haltonSequence, orderCells, type Order } from '../../src/decoding/order.js';
import { Random } from '../../src/decoding/random.js';
import { anyCells, anyGrid, anySeed, columnOf, openCells, rowOf, side } from '../support/any-cells.js';

type Kind = Exclude<Order['kind'], 'explicit'>;

const sequences: readonly Kind[] = ['random', 'raster', 'spiral', 'halton', 'subsample', 'center-out'];
const kinds: readonly Kind[] = [...sequences, 'locality'];
const square16: Grid = { width: 16, height: 16 };

const cellsOf = (kind: Kind, grid: Grid, seed = 0) => [
  ...orderCells({ kind }, { grid, known: [], tokensPerStep: [cellCount(grid)] }, Random.of(seed, 'order')),
];

describe.each(kinds)('the %s order', (kind) => {
  it('visits every open cell of any grid once, whatever is known and however many tokens a step decodes', () => {
    fc.assert(
      fc.property(anyCells, anySeed, (cells, seed) => {
        const order = [...orderCells({ kind }, cells, Random.of(seed, 'order'))];
        expect(order.sort((a, b) => a - b)).toEqual(openCells(cells));
      }),
    );
  });

  it('repeats by seed', () => {
    fc.assert(
      fc.property(anyCells, anySeed, (cells, seed) => {
        const order = () => [...orderCells({ kind }, cells, Random.of(seed, 'order'))];
        expect(order()).toEqual(order());
      }),
    );
  });
});

describe.each(sequences)('the %s order', (kind) => {
  it('leaves known cells out of the sequence that it has without them', () => {
    fc.assert(
      fc.property(anyCells, anySeed, (cells, seed) => {
        const known = new Set(cells.known);
        const order = [...orderCells({ kind }, cells, Random.of(seed, 'order'))];
        expect(order).toEqual(cellsOf(kind, cells.grid, seed).filter((cell) => !known.has(cell)));
      }),
    );
  });
});

describe('the random order', () => {
  it('differs from seed to seed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anySeed, { minLength: 2, maxLength: 2 }), ([one = 0, other = 0]) => {
        expect(cellsOf('random', square16, one)).not.toEqual(cellsOf('random', square16, other));
      }),
    );
  });

  it('gives each cell each place about equally often', () => {
    const grid = { width: 3, height: 2 };
    const pictures = 6000;
    const counts = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
    for (let seed = 0; seed < pictures; seed++) {
      for (const [place, cell] of cellsOf('random', grid, seed).entries()) {
        const ofPlace = counts[place] ?? [];
        ofPlace[cell] = (ofPlace[cell] ?? 0) + 1;
      }
    }
    // Six standard deviations around an expected count of 1000.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(1000 * (5 / 6)));
  });
});

describe('the raster order', () => {
  it('goes row by row', () => {
    expect(cellsOf('raster', { width: 3, height: 2 })).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('the spiral order', () => {
  it('turns clockwise out of the centre', () => {
    expect(cellsOf('spiral', { width: 3, height: 3 })).toEqual([4, 5, 8, 7, 6, 3, 0, 1, 2]);
    expect(cellsOf('spiral', { width: 4, height: 4 })).toEqual([5, 6, 10, 9, 8, 4, 0, 1, 2, 3, 7, 11, 15, 14, 13, 12]);
  });

  it('starts in the centre, and in a square grid goes from neighbour to neighbour', () => {
    fc.assert(
      fc.property(side, (size) => {
        const grid = { width: size, height: size };
        const cells = cellsOf('spiral', grid);
        const [first = NaN] = cells;
        for (const place of [rowOf(first, grid), columnOf(first, grid)]) {
          expect(Math.abs(place - (size - 1) / 2)).toBeLessThanOrEqual(0.5);
        }
        for (const [i, cell] of cells.slice(1).entries()) {
          const previous = cells[i] ?? NaN;
          const rows = Math.abs(rowOf(cell, grid) - rowOf(previous, grid));
          const columns = Math.abs(columnOf(cell, grid) - columnOf(previous, grid));
          expect(rows + columns).toBe(1);
        }
      }),
    );
  });

  it('goes outwards ring by ring in a grid of any shape', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const cells = cellsOf('spiral', grid);
        const [first = NaN] = cells;
        const rings = cells.map((cell) =>
          Math.max(
            Math.abs(rowOf(cell, grid) - rowOf(first, grid)),
            Math.abs(columnOf(cell, grid) - columnOf(first, grid)),
          ),
        );
        expect(rings).toEqual([...rings].sort((a, b) => a - b));
      }),
    );
  });
});

describe('the Halton order', () => {
  it('follows the sequence in base 2 down and base 3 across', () => {
    const starts = [...haltonSequence(square16).slice(0, 6)].map((cell) => [
      rowOf(cell, square16),
      columnOf(cell, square16),
    ]);
    expect(starts).toEqual([
      [8, 5],
      [4, 10],
      [12, 1],
      [2, 7],
      [10, 12],
      [6, 3],
    ]);
  });

  it('is the sequence begun at any of its cells', () => {
    fc.assert(
      fc.property(anyGrid, anySeed, (grid, seed) => {
        const sequence = [...haltonSequence(grid)];
        const cells = cellsOf('halton', grid, seed);
        const offset = sequence.indexOf(cells[0] ?? NaN);
        expect(cells).toEqual([...sequence.slice(offset), ...sequence.slice(0, offset)]);
      }),
    );
  });

  it('starts elsewhere for each seed', () => {
    const starts = new Set(Array.from({ length: 2000 }, (_, seed) => cellsOf('halton', square16, seed)[0]));
    expect(starts.size).toBeGreaterThan(250);
  });
});

describe('the subsample order', () => {
  it('takes even rows and columns of 16x16 first, and multiples of four before them', () => {
    const cells = cellsOf('subsample', square16);
    const isMultiple = (of: number) => (cell: number) =>
      rowOf(cell, square16) % of === 0 && columnOf(cell, square16) % of === 0;
    for (const stride of [16, 8, 4, 2]) {
      const coarse = cells.slice(0, (16 / stride) ** 2);
      expect(coarse.every(isMultiple(stride)), `multiples of ${stride}`).toBe(true);
    }
  });

  it('takes even rows and columns of any grid first', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const coarse = Math.ceil(grid.width / 2) * Math.ceil(grid.height / 2);
        const first = cellsOf('subsample', grid).slice(0, coarse);
        expect(first.every((cell) => rowOf(cell, grid) % 2 === 0 && columnOf(cell, grid) % 2 === 0)).toBe(true);
      }),
    );
  });
});

describe('the centre-out order', () => {
  it('never goes back towards the centre', () => {
    fc.assert(
      fc.property(anyGrid, anySeed, (grid, seed) => {
        const distances = cellsOf('center-out', grid, seed).map((cell) => {
          const rows = rowOf(cell, grid) - (grid.height - 1) / 2;
          const columns = columnOf(cell, grid) - (grid.width - 1) / 2;
          return rows ** 2 + columns ** 2;
        });
        expect(distances).toEqual(distances.toSorted((a, b) => a - b));
      }),
    );
  });

  it('begins with the four cells around the centre of 16x16, in any order', () => {
    const starts = Array.from({ length: 500 }, (_, seed) => cellsOf('center-out', square16, seed).slice(0, 4));
    for (const start of starts) expect(start.toSorted((a, b) => a - b)).toEqual([119, 120, 135, 136]);
    expect(new Set(starts.map(String)).size).toBe(24);
  });
});

describe('an explicit order', () => {
  it('is used as given', () => {
    const order: Order = { kind: 'explicit', positions: [2, 0, 3] };
    const cells = { grid: { width: 2, height: 2 }, known: [1], tokensPerStep: [3] };
    expect([...orderCells(order, cells, Random.of(0, 'order'))]).toEqual([2, 0, 3]);
  });
});
