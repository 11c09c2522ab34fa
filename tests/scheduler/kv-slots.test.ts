import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeRuns, kvSlotsNeeded } from '../../src/scheduler/kv-slots.js';
import { square4Request } from '../support/goldens/requests.js';

const grid = { width: 4, height: 4 };
const guided = { start: 1, end: 4, curve: 'linear', power: 1 } as const;
const unguided = { ...guided, end: 1 };

describe('the KV slots that a generation needs', () => {
  it.each([
    ['one a picture', { count: 3, guidance: unguided }, 3],
    ['two a picture with guidance', { count: 3, guidance: guided }, 6],
    ['four a sequence of twice the size', { width: 8, height: 8, guidance: guided }, 8],
    [
      'three sequences a picture with spatial guidance',
      { width: 8, height: 8, guidance: guided, enlarging: { smallSteps: 1, spatialGuidance: guided } },
      12,
    ],
    [
      'two sequences where spatial guidance has no effect',
      { width: 8, height: 8, guidance: guided, enlarging: { smallSteps: 1, spatialGuidance: unguided } },
      8,
    ],
    ['whole slots', { width: 5, height: 4, guidance: unguided }, 2],
  ])('are %s', (_, request, needed) => {
    expect(kvSlotsNeeded(square4Request(request), grid)).toBe(needed);
  });
});

describe('free runs of KV slots', () => {
  it('are all of them if none are lent, and none if all are', () => {
    expect(freeRuns(6, [])).toEqual([{ from: 0, count: 6 }]);
    expect(freeRuns(0, [])).toEqual([]);
    expect(
      freeRuns(6, [
        { from: 2, count: 4 },
        { from: 0, count: 2 },
      ]),
    ).toEqual([]);
  });

  it('are those that nobody holds, each as long as possible', () => {
    const cuts = fc.array(fc.record({ skip: fc.nat(3), count: fc.integer({ min: 1, max: 4 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, fc.nat(5), fc.array(fc.nat(), { minLength: 12 }), (lendings, rest, keys) => {
        let end = 0;
        const lent = lendings.map(({ skip, count }) => {
          const from = end + skip;
          end = from + count;
          return { from, count };
        });
        const total = end + rest;
        const held = Array.from({ length: total }, (_, slot) =>
          lent.some(({ from, count }) => slot >= from && slot < from + count),
        );
        const shuffled = lent
          .map((each, i) => ({ each, key: keys[i] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const runs = freeRuns(total, shuffled);
        const free = runs.flatMap(({ from, count }) => Array.from({ length: count }, (_, i) => from + i));
        expect(free).toEqual([...held.keys()].filter((slot) => !held[slot]));
        runs.forEach(({ from, count }, i) => {
          expect(count).toBeGreaterThan(0);
          expect(from).toBeGreaterThan((runs[i - 1]?.from ?? -1) + (runs[i - 1]?.count ?? 0));
        });
      }),
    );
  });
});
