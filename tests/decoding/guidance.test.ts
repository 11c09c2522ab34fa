import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guidanceScale, isGuided, mixLogits, type Guidance } from '../../src/decoding/guidance.js';

const linear = (start: number, end: number): Guidance => ({ start, end, curve: 'linear', power: 1 });
const cosine = (start: number, end: number, power: number): Guidance => ({ start, end, curve: 'cosine', power });
const scale = fc.double({ min: 0, max: 20, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the guidance scale', () => {
  it('grows linearly with the decoded share', () => {
    const guidance = linear(1, 4);
    expect([0, 0.25, 0.5, 1].map((x) => guidanceScale(guidance, x))).toEqual([1, 1.75, 2.5, 4]);
  });

  it('grows along half a cosine', () => {
    const guidance = cosine(1, 5, 1);
    expect(guidanceScale(guidance, 0)).toBe(1);
    expect(guidanceScale(guidance, 1 / 3)).toBeCloseTo(2, 12);
    expect(guidanceScale(guidance, 0.5)).toBeCloseTo(3, 12);
    expect(guidanceScale(guidance, 2 / 3)).toBeCloseTo(4, 12);
    expect(guidanceScale(guidance, 1)).toBe(5);
  });

  it('grows later with a higher power of the cosine', () => {
    // (1/2)^2 = 1/4 and cos(pi/4) = sqrt(1/2).
    expect(guidanceScale(cosine(0, 1, 2), 0.5)).toBeCloseTo((1 - Math.SQRT1_2) / 2, 12);
    expect(guidanceScale(cosine(0, 1, 0.5), 0.25)).toBeCloseTo(0.5, 12);
  });

  it('stays between its ends on either curve, reaching both', () => {
    const guidance = fc.record({
      start: scale,
      end: scale,
      curve: fc.constantFrom('linear' as const, 'cosine' as const),
      power: fc.double({ min: 0.1, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(guidance, share, (guidance, x) => {
        const [low, high] = [guidance.start, guidance.end].sort((a, b) => a - b) as [number, number];
        const value = guidanceScale(guidance, x);
        expect(value).toBeGreaterThanOrEqual(low - 1e-9);
        expect(value).toBeLessThanOrEqual(high + 1e-9);
        expect(guidanceScale(guidance, 0)).toBeCloseTo(guidance.start, 9);
        expect(guidanceScale(guidance, 1)).toBeCloseTo(guidance.end, 9);
      }),
    );
  });
});

describe('guidance', () => {
  it('is off only if the scale is 1 throughout', () => {
    expect(isGuided(linear(1, 1))).toBe(false);
    expect(isGuided(cosine(1, 1, 2))).toBe(false);
    expect(isGuided(linear(1, 4))).toBe(true);
    expect(isGuided(linear(4, 1))).toBe(true);
    expect(isGuided(linear(3, 3))).toBe(true);
    expect(isGuided(linear(0, 0))).toBe(true);
  });
});

describe('mixed logits', () => {
  const mixed = (conditional: number[], unconditional: number[], by: number) => {
    const logits = Float32Array.from(conditional);
    const base = Float32Array.from(unconditional);
    mixLogits(logits, base, by);
    expect([...base]).toEqual(unconditional);
    return [...logits];
  };

  it('extrapolate from the unconditional through the conditional', () => {
    expect(mixed([3, -1, 2], [1, 1, 2], 2)).toEqual([5, -3, 2]);
    expect(mixed([3, -1, 2], [1, 1, 2], 0.5)).toEqual([2, 0, 2]);
  });

  it('are the conditional ones at scale 1 and the unconditional ones at scale 0', () => {
    expect(mixed([3, -1, 2], [1, 1, 2], 1)).toEqual([3, -1, 2]);
    expect(mixed([3, -1, 2], [1, 1, 2], 0)).toEqual([1, 1, 2]);
  });
});
