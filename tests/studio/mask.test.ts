import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, invert, paintLine, toggleCell, touchedCells } from '../../studio/src/mask.js';
import { centred, move, resize, type Placement } from '../../studio/src/placement.js';

const columns = 4;
const rows = 3;
const sizes = fc.constantFrom({ width: 4, height: 3 }, { width: 16, height: 12 }, { width: 32, height: 24 });
const points = fc.record({
  x: fc.double({ min: -20, max: 50, noNaN: true }),
  y: fc.double({ min: -20, max: 50, noNaN: true }),
});
const radii = fc.double({ min: 0, max: 8, noNaN: true });
const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);

describe('a mask', () => {
  it('is painted along a line, at both of its ends, and within the brush only', () => {
    fc.assert(
      fc.property(sizes, points, points, radii, ({ width, height }, from, to, radius) => {
        const { painted } = paintLine(emptyMask(width, height), from, to, radius, true);
        for (const { x, y } of [from, to]) {
          const inside = x >= 0 && x < width && y >= 0 && y < height;
          if (inside) expect(painted[Math.floor(y) * width + Math.floor(x)]).toBe(1);
        }
        const reach = Math.max(radius, 0.5) + Math.SQRT1_2;
        painted.forEach((value, at) => {
          if (value === 0) return;
          const [x, y] = [(at % width) + 0.5, Math.floor(at / width) + 0.5];
          expect(x).toBeGreaterThanOrEqual(Math.min(from.x, to.x) - reach);
          expect(x).toBeLessThanOrEqual(Math.max(from.x, to.x) + reach);
          expect(y).toBeGreaterThanOrEqual(Math.min(from.y, to.y) - reach);
          expect(y).toBeLessThanOrEqual(Math.max(from.y, to.y) + reach);
        });
      }),
    );
  });

  it('is empty again when the same line is erased', () => {
    fc.assert(
      fc.property(sizes, points, points, radii, ({ width, height }, from, to, radius) => {
        const painted = paintLine(emptyMask(width, height), from, to, radius, true);
        expect(sum(paintLine(painted, from, to, radius, false).painted)).toBe(0);
      }),
    );
  });

  it('touches just the cell marked by keyboard, and none when it is unmarked', () => {
    fc.assert(
      fc.property(sizes, fc.nat({ max: columns * rows - 1 }), ({ width, height }, cell) => {
        const marked = toggleCell(emptyMask(width, height), columns, rows, cell);
        expect(touchedCells(marked, columns, rows)).toEqual([cell]);
        expect(sum(toggleCell(marked, columns, rows, cell).painted)).toBe(0);
      }),
    );
  });

  it('touches a cell with one painted pixel', () => {
    const mask = paintLine(emptyMask(16, 12), { x: 4.5, y: 0.5 }, { x: 4.5, y: 0.5 }, 0, true);
    expect(sum(mask.painted)).toBe(1);
    expect(touchedCells(mask, columns, rows)).toEqual([1]);
  });

  it('touches all other pixels when inverted', () => {
    fc.assert(
      fc.property(sizes, points, radii, ({ width, height }, at, radius) => {
        const mask = paintLine(emptyMask(width, height), at, at, radius, true);
        expect(sum(mask.painted) + sum(invert(mask).painted)).toBe(width * height);
      }),
    );
  });
});

describe('the frame of a picture', () => {
  const grids = fc.record({ width: fc.integer({ min: 2, max: 20 }), height: fc.integer({ min: 2, max: 20 }) });
  const drags = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -25, max: 25 }), fc.integer({ min: -25, max: 25 })));

  it('stays inside the grid and leaves a cell free, however it is dragged', () => {
    fc.assert(
      fc.property(grids, drags, (grid, all) => {
        const placement = all.reduce<Placement>(
          (before, [isMove, dx, dy]) => (isMove ? move(before, dx, dy, grid) : resize(before, dx, dy, grid)),
          centred(grid),
        );
        expect(placement.x).toBeGreaterThanOrEqual(0);
        expect(placement.y).toBeGreaterThanOrEqual(0);
        expect(Math.min(placement.width, placement.height)).toBeGreaterThanOrEqual(1);
        expect(placement.x + placement.width).toBeLessThanOrEqual(grid.width);
        expect(placement.y + placement.height).toBeLessThanOrEqual(grid.height);
        expect(placement.width * placement.height).toBeLessThan(grid.width * grid.height);
      }),
    );
  });
});
