import { describe, expect, it } from 'vitest';
import { floats, isFloatType } from '../../src/checkpoint/floats.js';
import { storedTypes } from '../../src/checkpoint/weight-file.js';

const bytesOf = (array: Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) =>
  new Uint8Array(array.buffer);
const bitsOf = (data: Float32Array) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)];

describe('stored numbers as fp32', () => {
  it('are the same bits, in the same memory, from F32', () => {
    const bits = [0, 0x80000000, 0x00000001, 0x007fffff, 0x3f800000, 0x7f7fffff, 0x7f800000, 0xff800000];
    const bytes = bytesOf(Uint32Array.from(bits));
    const data = floats('F32', bytes);
    expect(bitsOf(data)).toEqual(bits);
    expect(data.buffer).toBe(bytes.buffer);
  });

  it('are the upper half of F32 from BF16', () => {
    const bits = [0, 0x8000, 0x0001, 0x007f, 0x3f80, 0xbfc0, 0x7f7f, 0x7f80, 0xff80];
    expect(bitsOf(floats('BF16', bytesOf(Uint16Array.from(bits))))).toEqual(bits.map((upper) => upper * 2 ** 16));
  });

  it('are exact from F16: zeros, subnormals, normals, infinities and NaN', () => {
    const known = new Map([
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x83ff, -1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0x7bff, 65504],
      [0xfc00, -Infinity],
      [0x7e00, NaN],
    ]);
    expect([...floats('F16', bytesOf(Uint16Array.from(known.keys())))]).toEqual([...known.values()]);
  });

  it('are the nearest from F64', () => {
    const data = floats('F64', bytesOf(Float64Array.of(1 / 3, -2.5, 1e300, NaN)));
    expect([...data]).toEqual([Math.fround(1 / 3), -2.5, Infinity, NaN]);
  });

  it('may start at any offset', () => {
    const bytes = Uint8Array.of(9, 0, 0, 128, 63);
    expect([...floats('F32', bytes.subarray(1))]).toEqual([1]);
    expect([...floats('BF16', bytes.subarray(3))]).toEqual([1]);
  });

  it('come from floating-point types only', () => {
    expect(storedTypes.filter(isFloatType)).toEqual(['F64', 'F32', 'F16', 'BF16']);
  });
});
