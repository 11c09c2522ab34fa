import { CheckpointError, plainName } from './checkpoint-error.js';
import type { StoredTensor, StoredType } from './weight-file.js';

/** A tensor of a file by the name that a model family gives it. Its numbers stay in the file. */
export interface Parameter extends StoredTensor {
  readonly name: string;
}

/**
 * A file's tensors, taken one by one by name and shape. What was asked for and is not there, or has another shape or
 * type, is collected, so that one error names all of it.
 */
export class ParameterReader {
  /** What is wrong with a parameter, by its name: the first thing found. */
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

  /** The shape of `name`, with as many dimensions as asked for; NaN, an unknown size, where there is no such tensor. */
  shape(name: string, rank: number): number[] {
    this.#taken.add(name);
    const tensor = this.tensors.get(name);
    if (tensor?.shape.length === rank) return [...tensor.shape];
    this.report(name, tensor ? `has shape ${print(tensor.shape)}, ${rank} dimensions expected` : 'is missing');
    return new Array<number>(rank).fill(NaN);
  }

  /**
   * Sizes that follow from an unknown one are unknown too, and fit any: only the parameter at fault is reported.
   *
   * @param types that it may have
   */
  take(name: string, shape: readonly number[], types: readonly StoredType[] = floatTypes): Parameter {
    this.#taken.add(name);
    const tensor = this.tensors.get(name);
    if (!tensor) this.report(name, 'is missing');
    else if (!fits(tensor.shape, shape)) {
      this.report(name, `has shape ${print(tensor.shape)}, ${print(shape)} expected`);
    } else if (!types.includes(tensor.dtype)) {
      this.report(name, `has type ${tensor.dtype}, one of ${types.join(', ')} expected`);
    } else return { name, ...tensor };
    return { name, dtype: 'F32', shape };
  }

  /** A parameter that files may hold and inference never uses. */
  ignore(name: string): void {
    this.#ignored.add(name);
  }

  /** Everything that was taken and is there. */
  get parameters(): Parameter[] {
    return [...this.tensors].flatMap(([name, tensor]) => (this.#taken.has(name) ? [{ name, ...tensor }] : []));
  }

  /** What is wrong with a parameter. Of several problems the first one counts. */
  report(name: string, problem: string): void {
    if (!this.#problems.has(name)) this.#problems.set(name, problem);
  }

  /** @throws CheckpointError that names every missing, misshapen and unexpected parameter. */
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
