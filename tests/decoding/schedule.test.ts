import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enlargingPlan, enlargingTokensPerStep, tokensPerStep, type Schedule } from '../../src/decoding/schedule.js';
import { readGolden } from '../support/goldens/load.js';

interface ScheduleGolden {
  readonly block: number;
  readonly steps: number;
  readonly tokens_per_step: readonly number[];
}

const cellsAndSteps = fc
  .integer({ min: 1, max: 1024 })
  .chain((cells) => fc.record({ cells: fc.constant(cells), steps: fc.integer({ min: 1, max: cells }) }));

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('the cosine schedule', () => {
  it.each(readGolden<ScheduleGolden[]>('schedule').map((golden) => [golden.block, golden.steps, golden] as const))(
    'decodes %i cells in %i steps as the reference does',
    (block, steps, golden) => {
      expect(tokensPerStep({ kind: 'cosine', steps }, block)).toEqual(golden.tokens_per_step);
    },
  );

  it('starts with one token, and takes the given number of steps from two on', () => {
    fc.assert(
      fc.property(cellsAndSteps, ({ cells, steps }) => {
        const counts = tokensPerStep({ kind: 'cosine', steps }, cells);
        expect(counts[0]).toBe(1);
        if (steps >= 2) expect(counts).toHaveLength(steps);
      }),
    );
  });
});

describe('the linear schedule', () => {
  it('takes the given number of steps, and stays within half a token of a straight line', () => {
    fc.assert(
      fc.property(cellsAndSteps, ({ cells, steps }) => {
        const counts = tokensPerStep({ kind: 'linear', steps }, cells);
        expect(counts).toHaveLength(steps);
        for (let done = 1; done <= steps; done++) {
          const decoded = sum(counts.slice(0, done));
          expect(Math.abs(decoded - (cells * done) / steps)).toBeLessThanOrEqual(0.5 + 1e-9);
        }
      }),
    );
  });
});

describe('every schedule', () => {
  const schedule = (steps: number) =>
    fc.constantFrom<Schedule>({ kind: 'cosine', steps }, { kind: 'linear', steps }, { kind: 'one-by-one' });

  it('decodes at least one token per step, and every cell in total', () => {
    const cases = fc
      .record({ cells: fc.integer({ min: 1, max: 1024 }), steps: fc.integer({ min: 1, max: 1024 }) })
      .chain(({ cells, steps }) => fc.record({ cells: fc.constant(cells), schedule: schedule(steps) }));
    fc.assert(
      fc.property(cases, ({ cells, schedule }) => {
        const counts = tokensPerStep(schedule, cells);
        expect(counts.every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
        expect(sum(counts)).toBe(cells);
      }),
    );
  });

  it('decodes one token per step if it is one by one', () => {
    expect(tokensPerStep({ kind: 'one-by-one' }, 5)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is used as given if explicit', () => {
    expect(tokensPerStep({ kind: 'explicit', tokensPerStep: [3, 1, 2] }, 6)).toEqual([3, 1, 2]);
  });
});

describe('the schedule of an enlargement', () => {
  const cases = fc
    .integer({ min: 1, max: 300 })
    .chain((known) => fc.record({ known: fc.constant(known), steps: fc.integer({ min: 1, max: 4 * known }) }));

  it('decodes one token first, at least one per step, and every unknown cell in total', () => {
    fc.assert(
      fc.property(cases, ({ known, steps }) => {
        const counts = enlargingTokensPerStep(steps, 4 * known, known);
        expect(counts[0]).toBe(1);
        expect(counts.every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
        expect(sum(counts)).toBe(3 * known);
      }),
    );
  });

  it('decodes one by one until the curve over all cells reaches the known ones, then follows it', () => {
    fc.assert(
      fc.property(cases, ({ known, steps }) => {
        const counts = enlargingTokensPerStep(steps, 4 * known, known);
        let decoded = known;
        for (const [done, count] of counts.entries()) {
          // The reference's count: int((1 - cos(pi/2 * (s+1)/S)) * N + 1).
          const target = Math.trunc((1 - Math.cos(((Math.PI / 2) * (done + 1)) / steps)) * 4 * known + 1);
          if (done > 0) expect(count).toBe(Math.min(Math.max(target - decoded, 1), 4 * known - decoded));
          decoded += count;
        }
      }),
    );
  });

  it('takes at most the given number of steps, but at least two', () => {
    fc.assert(
      fc.property(cases, ({ known, steps }) => {
        expect(enlargingTokensPerStep(steps, 4 * known, known).length).toBeLessThanOrEqual(Math.max(2, steps));
      }),
    );
  });
});

describe('the plan of an enlargement', () => {
  const cases = fc
    .integer({ min: 1, max: 200 })
    .chain((small) => fc.record({ small: fc.constant(small), steps: fc.integer({ min: 1, max: 4 * small }) }));

  it.each(['cosine', 'linear'] as const)('decodes the small picture first, then the other cells: %s', (kind) => {
    fc.assert(
      fc.property(cases, ({ small, steps }) => {
        const { tokensPerStep: counts, smallSteps } = enlargingPlan({ kind, steps }, small, 4 * small);
        expect(sum(counts.slice(0, smallSteps))).toBe(small);
        expect(sum(counts)).toBe(4 * small);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('divides linear steps by the number of cells', () => {
    const { tokensPerStep: counts, smallSteps } = enlargingPlan({ kind: 'linear', steps: 8 }, 16, 64);
    expect([smallSteps, counts.length]).toEqual([2, 8]);
    expect(enlargingPlan({ kind: 'linear', steps: 1 }, 16, 64).tokensPerStep).toEqual([16, 48]);
  });

  it('takes a step per cell if it is one by one', () => {
    expect(enlargingPlan({ kind: 'one-by-one' }, 2, 8)).toEqual({ tokensPerStep: Array(8).fill(1), smallSteps: 2 });
  });

  it('is an explicit schedule, if one of its steps ends with the small picture', () => {
    const plan = (tokensPerStep: number[]) => enlargingPlan({ kind: 'explicit', tokensPerStep }, 16, 64);
    expect(plan([10, 6, 48])).toEqual({ tokensPerStep: [10, 6, 48], smallSteps: 2 });
    expect(() => plan([10, 10, 44])).toThrow('no step of the schedule ends at 16 tokens');
  });
});
