/**
 * An open, validated weights file. Everything that can be checked without reading the numbers has been, so an import
 * that has started can only fail on I/O. The numbers are read one tensor at a time.
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
 * Metadata (a header, index, pickle or zip directory) is read as a whole, and takes up to thirty times its size once
 * parsed. 4 MiB describe 25,000 tensors; a large model with its optimizer has a few thousand.
 */
export const maxDescriptionBytes = 2 ** 22;

/** Element types, as safetensors names them. BF16 is the upper half of F32; BOOL takes one byte. */
export type StoredType = keyof typeof bytesPer;

export const bytesPer = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I8: 1, U8: 1, BOOL: 1 } as const;

export const storedTypes = Object.keys(bytesPer) as readonly StoredType[];

export function isStoredType(value: unknown): value is StoredType {
  return typeof value === 'string' && Object.hasOwn(bytesPer, value);
}

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** NaN or above 2^53 for absurd shapes. Neither equals a real byte count, so compare before allocating. */
export function byteLength({ dtype, shape }: StoredTensor): number {
  return elementCount(shape) * bytesPer[dtype];
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The total size of all tensors, as stored. */
export function totalBytes({ tensors }: WeightFile): number {
  return [...tensors.values()].reduce((sum, tensor) => sum + byteLength(tensor), 0);
}

/** Keeps the common description of each tensor and drops what is specific to a file format. */
export function describe(stored: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  return new Map([...stored].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
}
