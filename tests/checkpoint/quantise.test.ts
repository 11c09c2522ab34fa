import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floats } from '../../src/checkpoint/floats.js';
import { quantiseInt4, quantiseInt8, toHalf } from '../../src/checkpoint/quantise.js';

const finite = fc.float({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true });
const matrixOf = (multiple: number) =>
  fc.record({ out: fc.integer({ min: 1, max: 5 }), blocks: fc.integer({ min: 1, max: 3 }) }).chain(({ out, blocks }) =>
    fc.record({
      out: fc.constant(out),
      matrix: fc
        .array(finite, { minLength: out * blocks * multiple, maxLength: out * blocks * multiple })
        .map((values) => Float32Array.from(values)),
    }),
  );

describe('a matrix in int8', () => {
  it('is its transpose, each number within half a step of its row', () => {
    fc.assert(
      fc.property(matrixOf(7), ({ matrix, out }) => {
        const { bytes, scales } = quantiseInt8(matrix, out);
        const input = matrix.length / out;
        for (const [i, value] of matrix.entries()) {
          const [row, column] = [Math.floor(i / input), i % input];
          const scale = scales[row] ?? NaN;
          const restored = (bytes[column * out + row] ?? NaN) * scale;
          expect(Math.abs(restored - value)).toBeLessThanOrEqual(scale * 0.5001 + 1e-12);
        }
      }),
    );
  });

  it('uses its full range, and only zero for a row of zeros', () => {
    const { bytes, scales } = quantiseInt8(Float32Array.of(1, -2, 0.5, 0, 0, 0), 2);
    expect([...bytes]).toEqual([64, 0, -127, 0, 32, 0]);
    expect(scales[0]).toBeCloseTo(2 / 127, 7);
    expect(scales[1]).toBe(0);
  });

  it('is correct across the tiles of the transposition', () => {
    const [out, input] = [130, 70];
    const matrix = Float32Array.from({ length: out * input }, (_, i) => Math.sin(i * 12.9898));
    const { bytes, scales } = quantiseInt8(matrix, out);
    for (let row = 0; row < out; row++) {
      for (let column = 0; column < input; column++) {
        const restored = (bytes[column * out + row] ?? NaN) * (scales[row] ?? NaN);
        expect(Math.abs(restored - (matrix[row * input + column] ?? NaN))).toBeLessThan(0.5 / 127 + 1e-6);
      }
    }
  });
});

describe('a matrix in int4', () => {
  it('keeps each number within a step of its block, and the largest exactly', () => {
    fc.assert(
      fc.property(matrixOf(32), ({ matrix }) => {
        const { bytes, scales } = quantiseInt4(matrix, 32);
        for (const [i, value] of matrix.entries()) {
          const byte = bytes[i >> 1] ?? NaN;
          const step = ((i % 2 === 0 ? byte & 15 : byte >> 4) - 8) * (scales[Math.floor(i / 32)] ?? NaN);
          const scale = Math.abs(scales[Math.floor(i / 32)] ?? NaN);
          expect(Math.abs(step - value)).toBeLessThanOrEqual(scale * 1.0001 + 1e-12);
        }
      }),
    );
    const block = Float32Array.from({ length: 32 }, (_, i) => (i === 5 ? 4 : 0.5));
    const { bytes, scales } = quantiseInt4(block, 32);
    expect(((bytes[2] ?? 0) >> 4) - 8).toBe(-8);
    expect(-8 * (scales[0] ?? 0)).toBe(4);
  });
});

describe('half precision', () => {
  it('round-trips every half', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const back = toHalf(floats('F16', new Uint8Array(halves.buffer)));
    for (const [i, half] of halves.entries()) {
      const isNaN = (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;
      if (isNaN) expect((back[i] ?? 0) & 0x7e00).toBe(0x7e00);
      else expect(back[i]).toBe(half);
    }
  });

  it('rounds to the nearest half', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const [half = 0] = toHalf(Float32Array.of(value));
        const around = [half - 1, half, half + 1].filter((bits) => bits >= 0 && (bits & 0x7fff) <= 0x7c00);
        const distances = around.map((bits) => {
          const [near = NaN] = floats('F16', new Uint8Array(Uint16Array.of(bits).buffer));
          return Math.abs(near - value);
        });
        const [own = NaN] = floats('F16', new Uint8Array(Uint16Array.of(half).buffer));
        expect(Math.abs(own - value)).toBe(Math.min(...distances.filter((distance) => !Number.isNaN(distance))));
      }),
    );
  });

  it('rounds ties to even and what is too large to infinity', () => {
    expect([...toHalf(Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 70000, -1e-9, 2 ** -25, 2 ** -24))]).toEqual([
      0x3c00, 0x3c02, 0x7c00, 0x8000, 0, 1,
    ]);
  });
});
