import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundUp, shapeKey, shapeOf, type LaneSize } from '../../../src/runtime/device/step-shape.js';
import { blockPositions } from '../../../src/graph/paged-attention.js';

const lane = fc.record({
  positions: fc.integer({ min: 1, max: 600 }),
  sequences: fc.constantFrom(1, 2, 3),
  columns: fc.constantFrom(2, 8),
  wanted: fc.constant(1),
  pictures: fc.constant(1),
  isFiltered: fc.boolean(),
}) as fc.Arbitrary<LaneSize>;

describe('the shape of a run', () => {
  it('is exactly that of a generation that is alone', () => {
    const alone = { positions: 7, sequences: 4, columns: 2, wanted: 3, pictures: 2, isFiltered: false };
    expect(shapeOf([alone])).toEqual({
      rows: 28,
      sequences: 4,
      columns: 2,
      wanted: 12,
      tokens: 6,
      longest: 64,
      fetchesValues: false,
    });
  });

  it('has room for all of several, and for fillers that each fit in a block', () => {
    fc.assert(
      fc.property(fc.array(lane, { minLength: 2, maxLength: 40 }), (lanes) => {
        const sum = (of: (each: LaneSize) => number) => lanes.reduce((total, each) => total + of(each), 0);
        const shape = shapeOf(lanes);
        const rows = sum(({ positions, sequences }) => positions * sequences);
        const fillers = shape.sequences - sum(({ sequences }) => sequences);
        expect(fillers).toBeGreaterThan(0);
        expect(shape.rows - rows).toBeGreaterThanOrEqual(0);
        expect(shape.rows - rows).toBeLessThanOrEqual(fillers * blockPositions);
        expect(shape.wanted).toBeGreaterThanOrEqual(sum(({ wanted, sequences }) => wanted * sequences));
        expect(shape.tokens).toBeGreaterThanOrEqual(sum(({ wanted, pictures }) => wanted * pictures));
        expect(shape.longest).toBeGreaterThanOrEqual(Math.max(...lanes.map(({ positions }) => positions)));
        expect(shape.fetchesValues).toBe(lanes.some(({ isFiltered }) => isFiltered));
      }),
    );
  });

  it('is one of few for many lengths, and never more than a quarter too large where size costs time', () => {
    const sizes = Array.from({ length: 4000 }, (_, i) => i + 1);
    expect(new Set(sizes.map((size) => roundUp(size, 32))).size).toBeLessThan(24);
    for (const size of sizes.filter((each) => each > 256)) expect(roundUp(size, 32) / size).toBeLessThanOrEqual(1.25);
  });

  it('has a key of its own for every difference', () => {
    const shape = shapeOf([{ positions: 1, sequences: 1, columns: 1, wanted: 1, pictures: 1, isFiltered: false }]);
    const others = Object.keys(shape).map((name) => ({ ...shape, [name]: 99 }));
    expect(new Set([shape, ...others].map(shapeKey)).size).toBe(others.length + 1);
  });
});
