import { floatAt, wordAt } from '../numbers/at.js';
/** A quantized matrix [out, in], row-major, in a layout that graph/linear.ts can multiply with. */

export interface Quantised<Bytes> {
  readonly bytes: Bytes;
  readonly scales: Float32Array<ArrayBuffer>;
}

/**
 * One scale per output, chosen so that the largest magnitude is 127. `bytes` is transposed to [in, out], as
 * MatMulInteger expects.
 */
export function quantiseInt8(matrix: Float32Array, out: number): Quantised<Int8Array<ArrayBuffer>> {
  const input = matrix.length / out;
  const bytes = new Int8Array(matrix.length);
  const scales = new Float32Array(out);
  const perNumber = new Float32Array(out);
  for (let row = 0; row < out; row++) {
    const largest = largestOf(matrix, row * input, input);
    scales[row] = largest / 127;
    perNumber[row] = largest > 0 ? 127 / largest : 0;
  }
  // Transpose in tiles: a plain loop would touch another page for every number it writes.
  for (let top = 0; top < out; top += tile) {
    for (let left = 0; left < input; left += tile) {
      const bottom = Math.min(top + tile, out);
      const right = Math.min(left + tile, input);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++) {
          bytes[column * out + row] = roundEven(floatAt(matrix, row * input + column) * floatAt(perNumber, row));
        }
      }
    }
  }
  return { bytes, scales };
}

const tile = 64;

/** 4 bits cover -8 to 7. */
const steps = 8;

/**
 * One scale per block of 32 numbers in a row, chosen so that the number of largest magnitude becomes exactly -8.
 * `bytes` has MatMulNBits's layout [out, in / 32, 16]: number 2i in the low half of byte i, zero stored as 8.
 * Source: onnxruntime, docs/ContribOperators.md, com.microsoft.MatMulNBits; the signed scale is ggml's Q4_0.
 */
export function quantiseInt4(matrix: Float32Array, block: number): Quantised<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(matrix.length / 2);
  const scales = new Float32Array(matrix.length / block);
  for (let i = 0; i < scales.length; i++) {
    const begin = i * block;
    const extreme = extremeOf(matrix, begin, block);
    const scale = extreme / -steps;
    scales[i] = scale;
    const perNumber = scale === 0 ? 0 : 1 / scale;
    for (let j = 0; j < block; j += 2) {
      const low = toStep(floatAt(matrix, begin + j) * perNumber);
      const high = toStep(floatAt(matrix, begin + j + 1) * perNumber);
      bytes[(begin + j) / 2] = low | (high << 4);
    }
  }
  return { bytes, scales };
}

function toStep(value: number): number {
  return Math.min(Math.max(Math.round(value) + steps, 0), 2 * steps - 1);
}

function largestOf(values: Float32Array, begin: number, count: number): number {
  return Math.abs(extremeOf(values, begin, count));
}

/** The number of largest magnitude, with its sign. */
function extremeOf(values: Float32Array, begin: number, count: number): number {
  let extreme = 0;
  for (let i = begin; i < begin + count; i++) {
    const value = floatAt(values, i);
    if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  }
  return extreme;
}

function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** IEEE 754 binary32 to binary16, round to nearest, ties to even. Numbers beyond 65,504 become infinite. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < out.length; i++) out[i] = halfOf(wordAt(bits, i));
  return out;
}

function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const half = exponent - 112;
  if (half >= 31) return sign | 0x7c00;
  // Below the normal range, a subnormal keeps fewer bits.
  const shift = half > 0 ? 13 : 14 - half;
  if (shift > 24) return sign;
  const mantissa = half > 0 ? fraction : fraction | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  const up = rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0;
  // A carry moves from the fraction into the exponent, and from the largest number to infinity.
  return sign | ((half > 0 ? half << 10 : 0) + kept + up);
}
