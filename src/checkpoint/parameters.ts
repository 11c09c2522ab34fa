import { CheckpointError, plainName } from './checkpoint-error.js';
import type { StoredTensor, StoredType } from './weight-file.js';

/** A tensor under the name its model family uses. The numbers stay in the file. */
export interface Parameter extends StoredTensor {
  readonly name: string;
}

/**
 * Takes a file's tensors one by one by name and shape. Missing tensors and wrong shapes or types are collected, so that
 * one error can list all of them.
 */
export class ParameterReader {
  /** The first problem of each parameter. */
  readonly #problems = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #ignored = new Set<string>();

  constructor(
    readonly file: string,
    readonly tensors: ReadonlyMap<string, StoredTensor>,
  ) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /**
   * The shape of `name` if it has `rank` dimensions; NaN (unknown size) for each dimension if the tensor is missing.
   */
  shape(name: string, rank: number): number[] {
    this.#taken.add(name);
    const tensor = this.tensors.get(name);
    if (tensor?.shape.length === rank) return [...tensor.shape];
    this.report(name, tensor ? `has shape ${print(tensor.shape)}, expected ${rank} dimensions` : 'is missing');
    return new Array<number>(rank).fill(NaN);
  }

  /**
   * Sizes derived from an unknown one are unknown as well and match anything, so only the faulty parameter is reported.
   *
   * @param types The allowed types.
   */
  take(name: string, shape: readonly number[], types: readonly StoredType[] = floatTypes): Parameter {
    this.#taken.add(name);
    const tensor = this.tensors.get(name);
    if (!tensor) this.report(name, 'is missing');
    else if (!fits(tensor.shape, shape)) {
      this.report(name, `has shape ${print(tensor.shape)}, expected ${print(shape)}`);
    } else if (!types.includes(tensor.dtype)) {
      this.report(name, `has type ${tensor.dtype}, expected one of ${types.join(', ')}`);
    } else return { name, ...tensor };
    return { name, dtype: 'F32', shape };
  }

  /** Accepts a parameter that some files contain and inference does not use. */
  ignore(name: string): void {
    this.#ignored.add(name);
  }

  /** All parameters taken so far that exist. */
  get parameters(): Parameter[] {
    return [...this.tensors].flatMap(([name, tensor]) => (this.#taken.has(name) ? [{ name, ...tensor }] : []));
  }

  /** Records a problem; only the first one of a parameter counts. */
  report(name: string, problem: string): void {
    if (!this.#problems.has(name)) this.#problems.set(name, problem);
  }

  /** @throws CheckpointError listing every missing, misshapen and unexpected parameter. */
  finish(): void {
    const unexpected = [...this.tensors.keys()].filter((name) => !this.#taken.has(name) && !this.#ignored.has(name));
    for (const name of unexpected) this.report(name, 'is not a parameter of this family');
    const problems = [...this.#problems].map(([name, problem]) => `${plainName(name)} ${problem}`);
    if (problems.length > 0) throw new CheckpointError(`${this.file}: ${problems.join('; ')}`);
  }
}

const floatTypes: readonly StoredType[] = ['F32', 'F16', 'BF16', 'F64'];

function fits(actual: readonly number[], expected: readonly number[]): boolean {
  return actual.length === expected.length && expected.every((size, i) => Number.isNaN(size) || size === actual[i]);
}

function print(shape: readonly number[]): string {
  return `[${shape.map((size) => (Number.isNaN(size) ? '?' : size)).join(', ')}]`;
}
