import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanDivergence } from '../../src/import/divergence.js';

const logitsOf = (probabilities: readonly number[]) => Float32Array.from(probabilities, Math.log);

describe('the divergence of distributions', () => {
  it('matches the formula: 1/2 against 1/4 and 3/4', () => {
    const divergence = meanDivergence(logitsOf([0.5, 0.5]), logitsOf([0.25, 0.75]), 2);
    expect(divergence).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 6);
  });

  it('is taken from the exact to the other, and is not symmetric', () => {
    const [even, uneven] = [logitsOf([0.5, 0.5]), logitsOf([0.9, 0.1])];
    expect(meanDivergence(even, uneven, 2)).toBeCloseTo(0.5 * Math.log(5 / 9) + 0.5 * Math.log(5), 6);
    expect(meanDivergence(uneven, even, 2)).toBeCloseTo(0.9 * Math.log(9 / 5) + 0.1 * Math.log(1 / 5), 6);
  });

  it('is the mean over the rows', () => {
    const [even, uneven] = [[0.5, 0.5] as const, [0.25, 0.75] as const];
    const one = meanDivergence(logitsOf(even), logitsOf(uneven), 2);
    const rows = logitsOf([...even, ...even, ...even]);
    expect(meanDivergence(rows, logitsOf([...even, ...uneven, ...uneven]), 2)).toBeCloseTo((2 / 3) * one, 6);
  });

  it('handles logits far from zero, and ignores their offset', () => {
    const [a, b] = [Float32Array.of(1000, 1001), Float32Array.of(-500, -499)];
    expect(meanDivergence(a, b, 2)).toBeCloseTo(0, 12);
    expect(meanDivergence(Float32Array.of(0, 0), Float32Array.of(0, -200), 2)).toBeCloseTo(100 - Math.log(2), 4);
  });

  const rows = fc.array(fc.float({ min: -60, max: 60, noNaN: true }), { minLength: 12, maxLength: 12 });

  it('is zero for equal ones', () => {
    fc.assert(
      fc.property(rows, (logits) => {
        expect(meanDivergence(Float32Array.from(logits), Float32Array.from(logits), 4)).toBe(0);
      }),
    );
  });

  it('is never negative', () => {
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(1e-7, 1e-3, 1), (logits, others, share) => {
        const near = logits.map((value, i) => value + share * (others[i] ?? 0));
        const divergence = meanDivergence(Float32Array.from(logits), Float32Array.from(near), 4);
        expect(divergence).toBeGreaterThanOrEqual(0);
        expect(divergence).toBeLessThan(Infinity);
      }),
    );
  });
});
