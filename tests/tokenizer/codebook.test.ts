import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCodebook, lookUp, quantise, type Codebook } from '../../src/tokenizer/codebook.js';

function codebook(...rows: readonly number[][]): Codebook {
  return createCodebook(rows.length, Float32Array.from(rows.flat()), true);
}

/** Arranges vectors as cells of an encoder's output: [dimensions, cells]. */
function map(...cells: readonly number[][]): Float32Array {
  const dimensions = cells[0]?.length ?? 0;
  return Float32Array.from({ length: dimensions * cells.length }, (_, i) => {
    return cells[i % cells.length]?.[Math.floor(i / cells.length)] ?? 0;
  });
}

const dimensions = 4;
const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: dimensions, maxLength: dimensions });
const vectors = fc.array(vector, { minLength: 1, maxLength: 12 });

const length = (of: readonly number[]) => Math.hypot(...of);
const unit = (of: readonly number[]) => of.map((x) => x / Math.max(length(of), 1e-12));
const distance = (a: readonly number[], b: readonly number[]) => length(a.map((x, i) => x - (b[i] ?? 0)));

describe('a codebook', () => {
  it("has a checkpoint's rows, scaled to length one", () => {
    const { vocabulary, dimensions, rows } = codebook([3, 4], [0, -0.5], [1e-6, 0]);
    expect([vocabulary, dimensions]).toEqual([3, 2]);
    expect([...rows]).toEqual([3 / 5, 4 / 5, 0, -1, 1, 0].map(Math.fround));
  });

  it('does not change the checkpoint, or a row of zeros', () => {
    const data = Float32Array.of(0, 0, 3, 4);
    const { rows } = createCodebook(2, data, true);
    expect([...data]).toEqual([0, 0, 3, 4]);
    expect([...rows.subarray(0, 2)]).toEqual([0, 0]);
  });
});

describe('quantising', () => {
  it('takes the nearest row by direction, whatever the length of a vector', () => {
    const rows = codebook([1, 0], [0, 1], [-1, 0]);
    expect([...quantise(map([0.1, 5], [-2, 1], [0.001, 0.0001]), rows)]).toEqual([1, 2, 0]);
  });

  it('breaks ties by the lowest index', () => {
    expect([...quantise(map([2, 2]), codebook([0, -1], [1, 1], [5, 5]))]).toEqual([1]);
    expect([...quantise(map([0, 0]), codebook([1, 0], [0, 1]))]).toEqual([0]);
  });

  it('never takes a row that is further away than another', () => {
    fc.assert(
      fc.property(vectors, vectors, (rows, cells) => {
        const tokens = quantise(map(...cells), codebook(...rows));
        expect(tokens).toHaveLength(cells.length);
        for (const [cell, token] of tokens.entries()) {
          const away = rows.map((row) => distance(unit(row), unit(cells[cell] ?? [])));
          expect(away[token]).toBeLessThanOrEqual(Math.min(...away) + 1e-3);
        }
      }),
    );
  });
});

describe('looking up', () => {
  it('gives a map of the rows: the first numbers of all cells, then the second ones', () => {
    expect([...lookUp(Int32Array.of(1, 0, 1), codebook([1, 0], [0, -1]))]).toEqual([0, 1, 0, -1, 0, -1]);
  });

  it('is undone by quantising, if no two rows have the same direction', () => {
    const oneWayEach = fc
      .uniqueArray(vector, {
        minLength: 1,
        maxLength: 12,
        selector: (row) =>
          unit(row)
            .map((x) => x.toFixed(4))
            .join(),
      })
      .filter((rows) => rows.every((row) => length(row) > 0));
    fc.assert(
      fc.property(oneWayEach, fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 }), (rows, numbers) => {
        const tokens = Int32Array.from(numbers, (number) => number % rows.length);
        const book = codebook(...rows);
        expect(quantise(lookUp(tokens, book), book)).toEqual(tokens);
      }),
    );
  });

  it.each([-1, 2, 1e6])('rejects token %s of 2, and says in which cell', (token) => {
    const rows = codebook([1, 0], [0, 1]);
    expect(() => lookUp(Int32Array.of(0, 1, token), rows)).toThrow(
      new RangeError(`cell 2: expected a token from 0 to 1, got ${token}`),
    );
  });
});
