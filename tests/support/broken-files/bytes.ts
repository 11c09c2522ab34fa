/** Bytes, or text with one byte per character. */
export type Part = Uint8Array | string;

export function join(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const arrays = parts.map((part) => (typeof part === 'string' ? Uint8Array.from(Buffer.from(part, 'latin1')) : part));
  const joined = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A little-endian number of `length` bytes; excess bits are cut off. */
export function little(value: number | bigint, length: number): Uint8Array {
  let rest = BigInt.asUintN(length * 8, BigInt(value));
  return Uint8Array.from({ length }, () => {
    const byte = Number(rest & 255n);
    rest >>= 8n;
    return byte;
  });
}

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
