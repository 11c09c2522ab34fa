import { describe, expect, it } from 'vitest';
import { Decoding } from '../../src/decoding/decoding.js';
import { randarInputs, type Position } from '../../src/family/randar/sequence-layout.js';
import { loadTransformerGolden } from '../support/goldens/load.js';
import { referenceRequest } from '../support/goldens/requests.js';

const names = ['randar-square4', 'randar-square8'];

describe.each(names)('decoding with %s', async (name) => {
  const { golden, session, embeddings, ownLayout } = await loadTransformerGolden(name);
  const range = logitsRange(golden.teacher_forced.logits[0] ?? []);

  it.each(golden.cases.map((_, i) => i))('draws the tokens and logits of the reference, case %i', async (i) => {
    const reference = golden.cases[i];
    if (!reference) throw new Error('no such case');
    const cells = golden.config.block_size;
    const request = referenceRequest(reference, { temperature: 1, topK: 1, topP: 1 });
    const decoding = new Decoding(ownLayout, request);
    const cache = session.createCache(decoding.sequences, decoding.capacity);
    const tokens = request.pictures.map(() => new Array<number>(cells).fill(-1));
    let decoded = 0;
    while (!decoding.isDone) {
      const logits = await session.runAlone(decoding.next(), cache);
      const step = decoding.apply(logits);
      const count = step[0]?.positions.length ?? 0;
      for (const [picture, { positions, tokens: drawn }] of step.entries()) {
        positions.forEach((cell, at) => ((tokens[picture] ?? [])[cell] = drawn[at] ?? -1));
        for (let query = 0; query < count; query++) {
          const at = decoded + query;
          if (at % reference.logits_every !== 0) continue;
          const begin = (query * decoding.sequences + picture) * embeddings.vocabulary;
          const mixed = logits.subarray(begin, begin + embeddings.vocabulary);
          expectClose(mixed, reference.logits[picture]?.[at / reference.logits_every] ?? [], 1e-4 * range * 4);
        }
      }
      decoded += count;
    }
    expect(tokens).toEqual(reference.tokens);
  });

  it('gives the logits of a teacher-forced sequence in one pass', async () => {
    const { order, tokens, classes, logits, every } = golden.teacher_forced;
    const cellsInOrder = Int32Array.from(order[0] ?? []);
    const row = {
      label: classes[0] ?? 0,
      order: cellsInOrder,
      tokens: Int32Array.from(cellsInOrder, (cell) => tokens[0]?.[cell] ?? 0),
    };
    const positions: Position[] = [{ kind: 'class' }];
    for (let at = 0; at < cellsInOrder.length; at++) positions.push({ kind: 'query', at }, { kind: 'token', at });
    const inputs = randarInputs(positions, [row], positions.length, embeddings);
    const all = await session.runAlone(inputs, session.createCache(1, positions.length));
    for (const [i, expected] of (logits[0] ?? []).entries()) {
      const query = 1 + 2 * i * every;
      expectClose(
        all.subarray(query * embeddings.vocabulary, (query + 1) * embeddings.vocabulary),
        expected,
        1e-4 * range,
      );
    }
  });
});

function expectClose(actual: Float32Array, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? NaN))));
  expect(worst).toBeLessThan(tolerance);
}

function logitsRange(rows: readonly number[][]): number {
  const all = rows.flat();
  return Math.max(...all) - Math.min(...all);
}
