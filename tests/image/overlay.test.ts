import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask } from '../../src/image/mask.js';
import { layOver, softAlpha } from '../../src/image/overlay.js';

function maskOf(width: number, height: number, isPainted: (x: number, y: number) => boolean): Mask {
  const painted = Uint8Array.from({ length: width * height }, (_, at) =>
    isPainted(at % width, Math.floor(at / width)) ? 1 : 0,
  );
  return { width, height, painted };
}

const softnesses = [0, 1, 2, 5, 8, 16, 64];

describe('a soft edge', () => {
  it.each(softnesses)('of %i pixels grows from nothing outside to all inside along a straight edge', (softness) => {
    const [width, height, edge] = [200, 9, 60];
    const alpha = softAlpha(
      maskOf(width, height, (x) => x >= edge),
      softness,
    );
    for (let y = 0; y < height; y++) {
      const row = [...alpha.subarray(y * width, (y + 1) * width)];
      expect(row.slice(0, edge).every((level) => level === 0)).toBe(true);
      expect(row.slice(edge + softness).every((level) => level === 255)).toBe(true);
      const rising = row.slice(edge, edge + softness + 1);
      expect(rising[0]).toBeGreaterThan(0);
      expect(rising.every((level, i) => i === 0 || level > (rising[i - 1] ?? 255))).toBe(true);
    }
  });

  it('is the mask itself with softness 0', () => {
    const mask = maskOf(9, 7, (x, y) => (x * y) % 3 === 1);
    expect([...softAlpha(mask, 0)]).toEqual([...mask.painted].map((isPainted) => isPainted * 255));
  });

  it.each(softnesses)('of %i pixels shows all of the new picture at the deepest of a small mask', (softness) => {
    const spot = softAlpha(
      maskOf(41, 41, (x, y) => Math.hypot(x - 20, y - 20) < 6),
      softness,
    );
    expect(spot[20 * 41 + 20]).toBe(255);
    const line = softAlpha(
      maskOf(41, 41, (x) => x === 20),
      softness,
    );
    expect(line.filter((level) => level === 255)).toHaveLength(41);
  });

  it('does not apply at the edge of the picture', () => {
    const alpha = softAlpha(
      maskOf(30, 30, (_, y) => y < 20),
      4,
    );
    expect([...alpha.subarray(0, 16 * 30)].every((level) => level === 255)).toBe(true);
    expect(
      softAlpha(
        maskOf(5, 5, () => true),
        4,
      ).every((level) => level === 255),
    ).toBe(true);
  });

  it('never shows the new picture outside the mask, and always shows it inside', () => {
    const cases = fc.record({
      painted: fc.array(fc.boolean(), { minLength: 20 * 13, maxLength: 20 * 13 }),
      softness: fc.integer({ min: 0, max: 64 }),
    });
    fc.assert(
      fc.property(cases, ({ painted, softness }) => {
        const mask = maskOf(20, 13, (x, y) => painted[y * 20 + x] === true);
        softAlpha(mask, softness).forEach((level, at) => expect(level > 0).toBe(mask.painted[at] === 1));
      }),
    );
  });
});

describe('a picture laid over an original', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it('is exactly the original or the picture where alpha is 0 or 255, and in between otherwise', () => {
    const cases = fc.record({ drawn: bytes(30), original: bytes(30), alpha: bytes(10) });
    fc.assert(
      fc.property(cases, ({ drawn, original, alpha }) => {
        alpha[0] = 0;
        alpha[1] = 255;
        const { pixels } = layOver({ width: 5, height: 2, pixels: drawn }, original, alpha);
        for (const [i, level] of pixels.entries()) {
          const [from = 0, to = 0, share = 0] = [original[i], drawn[i], alpha[Math.floor(i / 3)]];
          if (share === 0) expect(level).toBe(from);
          else if (share === 255) expect(level).toBe(to);
          else {
            expect(level).toBeGreaterThanOrEqual(Math.min(from, to));
            expect(level).toBeLessThanOrEqual(Math.max(from, to));
          }
        }
      }),
    );
  });

  it('is half of each in the middle', () => {
    const drawn = { width: 1, height: 1, pixels: Uint8Array.of(200, 100, 0) };
    expect([...layOver(drawn, Uint8Array.of(100, 100, 100), Uint8Array.of(51)).pixels]).toEqual([120, 100, 80]);
  });
});
