import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotateRow, rotationTable } from '../../../src/family/randar/rotation.js';
import { readGolden } from '../../support/goldens/load.js';

interface RotationGolden {
  readonly grid: number;
  readonly head_dim: number;
  /** [cosine, sine] pairs by row of the reference's table: row 0 is the class token, row 1 + cell a cell. */
  readonly rows: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

const golden = readGolden<RotationGolden>('rope');
const goldenGrid = { width: golden.grid, height: golden.grid };
const cellRows = Object.entries(golden.rows).filter(([row]) => row !== '0');

describe('the rotation table', () => {
  const table = rotationTable(goldenGrid, golden.head_dim);

  it.each(cellRows)('rotates the cell of row %s like the reference', (row, pairs) => {
    const begin = (Number(row) - 1) * table.pairs;
    expect(pairs).toHaveLength(table.pairs);
    for (const [i, [cos, sin]] of pairs.entries()) {
      expect(Math.abs((table.cos[begin + i] ?? NaN) - cos)).toBeLessThan(1e-5);
      expect(Math.abs((table.sin[begin + i] ?? NaN) - sin)).toBeLessThan(1e-5);
    }
  });

  it('has a row for every cell and none for the class token, which is not rotated', () => {
    expect(table.cos).toHaveLength(256 * table.pairs);
    expect(table.sin).toHaveLength(256 * table.pairs);
    // In the reference, cosines and sines of the class token are all zero; no cell's are.
    expect(golden.rows['0']?.flat().every((value) => value === 0)).toBe(true);
    for (const [i, cos] of table.cos.entries()) expect(cos ** 2 + (table.sin[i] ?? NaN) ** 2).toBeCloseTo(1, 5);
  });

  it('has the same angles in a wider grid at the same row and column', () => {
    const wide = rotationTable({ width: 24, height: 5 }, golden.head_dim);
    const at = (values: Float32Array, cell: number) => values.subarray(cell * table.pairs, (cell + 1) * table.pairs);
    expect(at(wide.cos, 3 * 24 + 11)).toEqual(at(table.cos, 3 * 16 + 11));
    expect(at(wide.sin, 3 * 24 + 11)).toEqual(at(table.sin, 3 * 16 + 11));
  });
});

describe('a rotated row', () => {
  const headDimension = 8;
  const grid = { width: 5, height: 4 };
  const table = rotationTable(grid, headDimension);
  const cell = fc.integer({ min: 0, max: 19 });
  const number = fc.double({ min: -10, max: 10, noNaN: true });
  const row = (heads: number) =>
    fc
      .array(number, { minLength: heads * headDimension, maxLength: heads * headDimension })
      .map((values) => Float32Array.from(values));
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);

  it('turns (1, 0) to (cos, sin)', () => {
    const ones = Float32Array.from({ length: headDimension }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const rotated = rotateRow(ones, table, 13);
    for (let pair = 0; pair < table.pairs; pair++) {
      expect(rotated[2 * pair]).toBe(table.cos[13 * table.pairs + pair]);
      expect(rotated[2 * pair + 1]).toBe(table.sin[13 * table.pairs + pair]);
    }
  });

  it('is unchanged at the first cell', () => {
    fc.assert(
      fc.property(row(2), (values) => {
        const rotated = rotateRow(values, table, 0);
        expect(rotated.every((value, i) => value === values[i])).toBe(true);
      }),
    );
  });

  it('is the same for every head', () => {
    fc.assert(
      fc.property(row(1), cell, (head, at) => {
        const rotated = rotateRow(Float32Array.from([...head, ...head]), table, at);
        expect(rotated.subarray(0, headDimension)).toEqual(rotateRow(head, table, at));
        expect(rotated.subarray(headDimension)).toEqual(rotateRow(head, table, at));
      }),
    );
  });

  it('scores against another only by the distance of their cells', () => {
    const corner = fc.record({ row: fc.integer({ min: 0, max: 1 }), column: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(row(1), row(1), corner, corner, corner, (query, key, from, to, shift) => {
        const at = (place: { row: number; column: number }, by = { row: 0, column: 0 }) =>
          (place.row + by.row) * grid.width + place.column + by.column;
        const score = dot(rotateRow(query, table, at(from)), rotateRow(key, table, at(to)));
        const shifted = dot(rotateRow(query, table, at(from, shift)), rotateRow(key, table, at(to, shift)));
        expect(Math.abs(score - shifted)).toBeLessThan(1e-3);
      }),
    );
  });
});
