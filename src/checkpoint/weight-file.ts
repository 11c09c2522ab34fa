/**
 * A file of weights, opened and checked: everything that can be known without the numbers is, so that an import that
 * has begun fails only where the disk does. The numbers are read one tensor at a time.
 */
export interface WeightFile {
  /** The path, for messages. */
  readonly file: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The numbers of one tensor: contiguous, row-major, little-endian. */
  bytes(name: string): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
}

/**
 * What a file says of its tensors (a header, an index, a pickle, a zip's directory) is read as a whole, and takes up to
 * thirty times its length once parsed. 4 MiB name 25,000 tensors; a large model and its optimizer have a few thousand.
 */
export const maxDescriptionBytes = 2 ** 22;

/** How a number lies in a file. The names are those of safetensors; BF16 is the upper half of F32, BOOL one byte. */
export type StoredType = keyof typeof bytesPer;

export const bytesPer = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I8: 1, U8: 1, BOOL: 1 } as const;

export const storedTypes = Object.keys(bytesPer) as readonly StoredType[];

export function isStoredType(value: unknown): value is StoredType {
  return typeof value === 'string' && Object.hasOwn(bytesPer, value);
}

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** NaN or beyond 2^53 where sizes lie: equal to no real number of bytes, so compare before you allocate. */
export function byteLength({ dtype, shape }: StoredTensor): number {
  return elementCount(shape) * bytesPer[dtype];
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Of all tensors together, as they are stored. */
export function totalBytes({ tensors }: WeightFile): number {
  return [...tensors.values()].reduce((sum, tensor) => sum + byteLength(tensor), 0);
}

/** What is known of each tensor to all, without how its kind of file keeps it. */
export function describe(stored: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  return new Map([...stored].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
}
