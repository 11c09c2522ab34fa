import { describe, expect, it } from 'vitest';
import { rarInputs } from '../../../src/family/rar/sequence-layout.js';
import { conditionsOf, foldPlaces, type RarTables } from '../../../src/family/rar/tables.js';

/** Every number in a table is unique, so that sums reveal which rows were added. */
const [cells, vocabulary, classes] = [4, 5, 3];
const table = (rows: number, unit: number) => Float32Array.from({ length: rows * 2 }, (_, i) => unit * (1 + (i >> 1)));
const tables: RarTables = {
  dimension: 2,
  vocabulary,
  classes,
  cells,
  classToken: table(1, 1e6),
  embeddings: table(vocabulary + 1 + classes + 1, 1),
  positions: table(2 + cells, 100),
  targets: table(2 + cells, 1e4),
  timesteps: table(1 + cells, 100),
};
/** One of each row's D equal numbers. */
const halved = (values: Float32Array) => [...values].filter((_, i) => i % 2 === 0);
const [position, target] = [(row: number) => 100 * (1 + row), (row: number) => 1e4 * (1 + row)];

describe('the place of a position', () => {
  it('is its learned position and the target of the cell that it predicts', () => {
    expect(halved(foldPlaces(tables, Int32Array.of(0, 1, 2, 3)))).toEqual([
      1e6 + position(0),
      position(1) + target(2 + 0),
      position(2 + 0) + target(2 + 1),
      position(2 + 1) + target(2 + 2),
      position(2 + 2) + target(2 + 3),
    ]);
  });

  it('follows an order', () => {
    expect(halved(foldPlaces(tables, Int32Array.of(2, 0, 3, 1)))).toEqual([
      1e6 + position(0),
      position(1) + target(2 + 2),
      position(2 + 2) + target(2 + 0),
      position(2 + 0) + target(2 + 3),
      position(2 + 3) + target(2 + 1),
    ]);
  });
});

it('the condition of a position is its timestep and the class, past the image tokens and the mask', () => {
  const ofClass = (label: number) => [1, 2, 3, 4, 5].map((at) => 100 * at + (vocabulary + 1 + label) + 1);
  expect(halved(conditionsOf(tables, 0))).toEqual(ofClass(0));
  expect(halved(conditionsOf(tables, classes))).toEqual(ofClass(classes));
  expect(tables.timesteps[0]).toBe(100);
});

describe('a step feeds', () => {
  const modulation = Float32Array.from({ length: (1 + cells) * 3 }, (_, i) => i);
  const places = new Float32Array((1 + cells) * 2);
  const row = (label: number, tokens: number[]) => ({ label, places, modulation, tokens: Int32Array.from(tokens) });

  it('the class token and the class first, position by position and row by row', () => {
    const inputs = rarInputs(0, 2, [row(1, []), row(classes, [])], 1, tables);
    expect(inputs).toMatchObject({ positions: 2, sequences: 2, wanted: 1, kept: 2 });
    expect(halved(inputs.tensors.x.numbers)).toEqual([0, 0, vocabulary + 3, vocabulary + classes + 2]);
    expect([...inputs.tensors.modulation.numbers]).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]);
  });

  it('then the token just drawn, at its position', () => {
    const inputs = rarInputs(3, 1, [row(1, [4, 2]), row(2, [0, 3])], 1, tables);
    expect(halved(inputs.tensors.x.numbers)).toEqual([1 + 2, 1 + 3]);
    expect([...inputs.tensors.modulation.numbers]).toEqual([9, 10, 11, 9, 10, 11]);
  });
});
