/**
 * Reads of numbers at places that an array has. The compiler asks what a place beyond the end should give. In numerical
 * code that is a wrong index, and a 0 in its stead would hide it: these throw.
 *
 * There is a function for each kind of array, since V8 inlines a read that has seen one kind only: in loops over logits
 * and codebooks these take 1 % to 9 % more time than no check at all, and a single function for all kinds took ten times
 * as long.
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

/** A row of a table of rows of `width` numbers, as a view. A part of a typed array beyond its end would be empty. */
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
