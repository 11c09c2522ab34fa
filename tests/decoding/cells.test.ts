import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allCells, cellsInside, cellsTouched, placedCell } from '../../src/decoding/cells.js';
import { cellCount } from '../../src/decoding/grid.js';

const grid = { width: 3, height: 2 };
const side = 4;

const sides = { width: fc.integer({ min: 1, max: 5 }), height: fc.integer({ min: 1, max: 5 }) };

describe('the cells that a mask touches', () => {
  it('are those with a painted pixel in them', () => {
    const pixels = fc.uniqueArray(fc.record({ x: fc.nat(11), y: fc.nat(7) }), { maxLength: 9 });
    fc.assert(
      fc.property(pixels, (painted) => {
        const mask = new Uint8Array(12 * 8);
        for (const { x, y } of painted) mask[y * 12 + x] = 1;
        const expected = painted.map(({ x, y }) => Math.floor(y / side) * grid.width + Math.floor(x / side));
        expect(cellsTouched(mask, grid, side)).toEqual(new Set(expected));
      }),
    );
  });
});

describe('the cells inside a rectangle', () => {
  it('are those with all four corners inside', () => {
    const rectangles = fc.record({ left: fc.nat(12), top: fc.nat(8), width: fc.nat(12), height: fc.nat(8) });
    fc.assert(
      fc.property(rectangles, ({ left, top, width, height }) => {
        const holds = (x: number, y: number) => x >= left && x <= left + width && y >= top && y <= top + height;
        const expected = allCells(grid).filter((cell) => {
          const [x, y] = [(cell % 3) * side, Math.floor(cell / 3) * side];
          return holds(x, y) && holds(x + side, y) && holds(x, y + side) && holds(x + side, y + side);
        });
        expect(cellsInside({ left, top, width, height }, grid, side)).toEqual(expected);
      }),
    );
  });
});

describe('a cell of a part', () => {
  it('has the same offset from the part’s first cell in the whole', () => {
    const cases = fc.record({ part: fc.record(sides), x: fc.nat(4), y: fc.nat(4) });
    fc.assert(
      fc.property(cases, ({ part, x, y }) => {
        const whole = { width: part.width + x + 1, height: part.height + y };
        const rows = Array.from({ length: part.height }, (_, row) =>
          Array.from({ length: part.width }, (__, column) => (y + row) * whole.width + x + column),
        );
        expect(allCells(part).map((cell) => placedCell(cell, part, { x, y }, whole))).toEqual(rows.flat());
        expect(Math.max(...rows.flat())).toBeLessThan(cellCount(whole));
      }),
    );
  });
});
