import { describe, expect, it } from 'vitest';
import { byteAt, doubleAt, floatAt, intAt, numberAt, rowAt, wordAt } from '../../src/numbers/at.js';

const reads = {
  floatAt: (index: number) => floatAt(Float32Array.of(7, 0), index),
  doubleAt: (index: number) => doubleAt(Float64Array.of(7, 0), index),
  intAt: (index: number) => intAt(Int32Array.of(7, 0), index),
  byteAt: (index: number) => byteAt(Uint8Array.of(7, 0), index),
  wordAt: (index: number) => wordAt(Uint32Array.of(7, 0), index),
  numberAt: (index: number) => numberAt([7, 0], index),
};

describe.each(Object.entries(reads))('%s', (_, read) => {
  it('reads a number, including 0', () => {
    expect([read(0), read(1)]).toEqual([7, 0]);
  });

  it.each([2, -1, 0.5, NaN])('rejects index %f, which is out of range', (index) => {
    expect(() => read(index)).toThrow(new RangeError(`there is no place ${index} in an array of 2 numbers`));
  });
});

describe('a row of a table', () => {
  const table = Float32Array.of(1, 2, 3, 4, 5, 6);

  it('is a view of its numbers', () => {
    const row = rowAt(table, 1, 2);
    expect([...row]).toEqual([3, 4]);
    expect(row.buffer).toBe(table.buffer);
  });

  it.each([3, -1])('is rejected if the table has no row %i', (row) => {
    expect(() => rowAt(table, row, 2)).toThrow(new RangeError(`there is no row ${row} in a table of 3`));
  });
});
