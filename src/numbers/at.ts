/**
 * Checked reads of typed arrays. TypeScript requires a fallback for an index that may be out of range. In numerical
 * code such an index is a bug, and a fallback of 0 would hide it: these functions throw instead.
 *
 * There is one function per array type, since V8 inlines a read that has seen a single type. In loops over logits and
 * codebooks they cost 1 % to 9 %; one function for all types was ten times slower.
 */

export function floatAt(numbers: Float32Array, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw noSuchPlace(numbers, index);
  return number;
}

export function doubleAt(numbers: Float64Array, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw noSuchPlace(numbers, index);
  return number;
}

export function intAt(numbers: Int32Array, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw noSuchPlace(numbers, index);
  return number;
}

export function byteAt(numbers: Uint8Array, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw noSuchPlace(numbers, index);
  return number;
}

export function wordAt(numbers: Uint16Array | Uint32Array, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw noSuchPlace(numbers, index);
  return number;
}

export function numberAt(numbers: readonly number[], index: number): number {
  const number = numbers[index];
  if (number === undefined) throw noSuchPlace(numbers, index);
  return number;
}

/** A row of a table with `width` numbers per row, as a view. subarray() beyond the end would silently be empty. */
export function rowAt(table: Float32Array, row: number, width: number): Float32Array {
  const end = (row + 1) * width;
  if (row < 0 || end > table.length) {
    throw new RangeError(`there is no row ${row} in a table of ${table.length / width}`);
  }
  return table.subarray(row * width, end);
}

function noSuchPlace({ length }: ArrayLike<number>, index: number): RangeError {
  return new RangeError(`there is no place ${index} in an array of ${length} numbers`);
}
