import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Embeddings } from '../../../src/family/randar/tables.js';
import { rotationTable } from '../../../src/family/randar/rotation.js';
import type { Sequence } from '../../../src/decoding/sequence.js';
import {
  firstPositions,
  nextPositions,
  randarInputs,
  type Position,
} from '../../../src/family/randar/sequence-layout.js';

/** [class, Q(p0), T(p0), Q(p1), T(p1) ...], as written in the papers. */
const print = (positions: readonly Position[]) =>
  positions.map((position) => (position.kind === 'class' ? 'class' : `${position.kind[0] ?? ''}${position.at}`));

const sequence = (cells: number) => ['class', ...Array.from({ length: cells }, (_, at) => [`q${at}`, `t${at}`]).flat()];

const grid = { width: 2, height: 2 };
const dimension = 4;
const row = (first: number) => Float32Array.from({ length: dimension }, (_, i) => first + i);
const rowsOf = (count: number, base: number) =>
  Float32Array.from(Array.from({ length: count }, (_, i) => [...row(base + 10 * i)]).flat());
const embeddings: Embeddings = {
  grid,
  dimension,
  vocabulary: 5,
  classes: 2,
  tokens: rowsOf(5, 1000),
  labels: rowsOf(3, 2000),
  instructions: rowsOf(4, 3000),
  rotation: rotationTable(grid, dimension),
};

describe('the positions of a step', () => {
  it('start with the class and the first query', () => {
    expect(print(firstPositions(0, 1))).toEqual(['class', 'q0']);
    expect(print(firstPositions(0, 3))).toEqual(['class', 'q0', 'q1', 'q2']);
  });

  it('have known tokens, each after its query, between the class and the first query', () => {
    expect(print(firstPositions(2, 3))).toEqual(['class', 'q0', 't0', 'q1', 't1', 'q2', 'q3', 'q4']);
  });

  it('continue with the new tokens, all but the first after their query, and the new queries', () => {
    expect(print(nextPositions(1, 1, 1))).toEqual(['t0', 'q1']);
    expect(print(nextPositions(4, 3, 2))).toEqual(['t1', 'q2', 't2', 'q3', 't3', 'q4', 'q5']);
  });

  it('number 2n - 1 + m where m follow n', () => {
    const count = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(count, count, count, (before, n, m) => {
        expect(nextPositions(before + n, n, m)).toHaveLength(2 * n - 1 + m);
      }),
    );
  });

  it('leave in the cache exactly the sequence, whatever each step decodes', () => {
    fc.assert(
      fc.property(
        fc.nat(9),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
        (given, steps) => {
          const cells = steps.reduce((sum, count) => sum + count, given);
          const order = new Int32Array(cells);
          const picture: Sequence = { label: 0, order, tokens: new Int32Array(cells) };
          const cache: string[] = [];
          let decoded = given;
          let previous: number | undefined;
          // A final step that decodes nothing feeds the tokens of the previous one.
          for (const count of [...steps, 0]) {
            const positions =
              previous === undefined ? firstPositions(given, count) : nextPositions(decoded, previous, count);
            const { kept } = randarInputs(positions, [picture], count, embeddings);
            const fed = [...cache, ...print(positions)];
            // Each query sees the class, all known tokens with their queries, and earlier queries of its own step.
            const known = sequence(decoded);
            expect(fed.slice(0, known.length)).toEqual(known);
            expect(fed.slice(known.length)).toEqual(Array.from({ length: count }, (_, i) => `q${decoded + i}`));
            cache.push(...print(positions).slice(0, kept));
            expect(cache).toEqual(sequence(decoded + count).slice(0, cache.length));
            decoded += count;
            previous = count;
          }
          expect(cache).toEqual(sequence(cells));
        },
      ),
    );
  });
});

describe('the inputs of a step', () => {
  const sequences: Sequence[] = [
    { label: 1, order: Int32Array.of(3, 1, 0, 2), tokens: Int32Array.of(4, 2, 0, 0) },
    { label: 2, order: Int32Array.of(0, 2, 1, 3), tokens: Int32Array.of(1, 3, 0, 0) },
  ];
  const positions: Position[] = [
    { kind: 'class' },
    { kind: 'query', at: 0 },
    { kind: 'token', at: 1 },
    { kind: 'query', at: 2 },
  ];
  const inputs = randarInputs(positions, sequences, 2, embeddings);

  it('are a row for each position of each sequence, position-major', () => {
    expect(inputs.positions).toBe(4);
    expect(inputs.sequences).toBe(2);
    expect([...(inputs.tensors.x?.numbers ?? [])]).toEqual(
      [
        // class
        row(2010),
        row(2020),
        // query: cells 3 and 0
        row(3030),
        row(3000),
        // token: 2 and 3
        row(1020),
        row(1030),
        // query: cells 0 and 1
        row(3000),
        row(3010),
      ].flatMap((values) => [...values]),
    );
  });

  it('rotate queries and tokens by their cell, and zero the class token', () => {
    const { pairs, cos, sin } = embeddings.rotation;
    const cells = [undefined, undefined, 3, 0, 1, 2, 0, 1];
    const turns = (table: Float32Array) =>
      cells.flatMap((cell) =>
        cell === undefined ? new Array<number>(pairs).fill(0) : [...table.subarray(cell * pairs, (cell + 1) * pairs)],
      );
    expect([...(inputs.tensors.cos?.numbers ?? [])]).toEqual(turns(cos));
    expect([...(inputs.tensors.sin?.numbers ?? [])]).toEqual(turns(sin));
  });

  it('keep all positions up to the first wanted one', () => {
    expect(inputs.wanted).toBe(2);
    expect(inputs.kept).toBe(3);
    expect(randarInputs(positions, sequences, 1, embeddings).kept).toBe(4);
    expect(randarInputs(positions, sequences, 4, embeddings).kept).toBe(1);
  });

  it('keep every position if none is wanted', () => {
    expect(randarInputs(positions, sequences, 0, embeddings).kept).toBe(4);
  });
});
