import { CheckpointError, quote } from './checkpoint-error.js';
import type { Parameter } from './parameters.js';
import type { StoredType, WeightFile } from './weight-file.js';
import { floatAt, wordAt } from '../numbers/at.js';

export type FloatType = Extract<StoredType, 'F64' | 'F32' | 'F16' | 'BF16'>;

export function isFloatType(dtype: StoredType): dtype is FloatType {
  return dtype in widen;
}

/** A parameter's numbers as fp32, row-major. @throws CheckpointError if it does not hold floats. */
export async function readFloats(file: WeightFile, { name, dtype }: Parameter): Promise<Float32Array<ArrayBuffer>> {
  if (!isFloatType(dtype)) throw new CheckpointError(`${file.file}: ${quote(name)} has type ${dtype}, expected floats`);
  return floats(dtype, await file.bytes(name));
}

/** Converts stored numbers to fp32. F32 at an aligned offset is not copied: the result shares its memory. */
export function floats(dtype: FloatType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  // Elements take at most 8 bytes, and a typed array must start at a multiple of its element size.
  return widen[dtype](bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());
}

const widen: Record<FloatType, (bytes: Uint8Array<ArrayBuffer>) => Float32Array<ArrayBuffer>> = {
  F64: ({ buffer, byteOffset, length }) => Float32Array.from(new Float64Array(buffer, byteOffset, length / 8)),
  F32: ({ buffer, byteOffset, length }) => new Float32Array(buffer, byteOffset, length / 4),
  F16: ({ buffer, byteOffset, length }) => widenHalf(new Uint16Array(buffer, byteOffset, length / 2)),
  BF16: ({ buffer, byteOffset, length }) => {
    const words = new Uint16Array(buffer, byteOffset, length / 2);
    const bits = new Uint32Array(words.length);
    for (let i = 0; i < words.length; i++) bits[i] = wordAt(words, i) << 16;
    return new Float32Array(bits.buffer);
  },
};

/** IEEE 754 binary16 to binary32 through a table of all 65,536 values, since fp16 models have millions of numbers. */
function widenHalf(words: Uint16Array): Float32Array<ArrayBuffer> {
  halfTable ??= buildHalfTable();
  const out = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = floatAt(halfTable, wordAt(words, i));
  return out;
}

let halfTable: Float32Array | undefined;

function buildHalfTable(): Float32Array {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) table[bits] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}
