import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { quantiseInt4, quantiseInt8, toHalf } from '../checkpoint/quantise.js';
import { readFloats } from '../checkpoint/floats.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import type { NamedTensor } from '../checkpoint/write-safetensors.js';
import type { Parameter } from '../checkpoint/parameters.js';
import { int4Block, scalesOf, type Matrix, type Precision } from '../graph/linear.js';
import type { FamilyWeights } from '../family/model-family.js';
import { ImportError } from './import-options.js';

/** A tensor of the file to write, and how to compute its numbers. */
export interface Conversion extends NamedTensor {
  readonly bytes: () => Promise<Uint8Array>;
}

/**
 * The stored form of a transformer's parameters in a precision. Vectors stay fp32, since they are few. Lookup tables
 * are fp16, except in fp32. In int4, the more sensitive matrices are int8, such as the last one, whose error goes
 * straight into the logits.
 *
 * @throws ImportError if a matrix does not divide into int4's blocks.
 */
export function storedForm(weights: FamilyWeights, file: WeightFile, precision: Precision): Conversion[] {
  return weights.store<Conversion>({
    vector: (parameter) => [floatForm(parameter, file, 'F32')],
    table: (parameter) => [floatForm(parameter, file, precision === 'fp32' ? 'F32' : 'F16')],
    matrix: (matrix) => matrixForm(matrix, file, precision),
    fineMatrix: (matrix) => matrixForm(matrix, file, precision === 'int4' ? 'int8' : precision),
  });
}

/** Stores a parameter as a float type. */
export function floatForm(parameter: Parameter, file: WeightFile, dtype: 'F32' | 'F16'): Conversion {
  return {
    name: parameter.name,
    dtype,
    shape: parameter.shape,
    bytes: async () => {
      const values = await readFinite(file, parameter);
      if (dtype === 'F32') return bytesOf(values);
      if (values.every((value) => Math.abs(value) < halfLimit)) return bytesOf(toHalf(values));
      throw new ImportError(`--precision: ${parameter.name} has values too large for fp16; use fp32`);
    },
  };
}

function matrixForm(matrix: Matrix, file: WeightFile, precision: Precision): Conversion[] {
  const { weight } = matrix;
  if (matrix.kind !== 'float') {
    throw new ImportError(
      `--transformer: ${file.file} is already quantized to ${matrix.kind} (${weight.name}); import the original float weights`,
    );
  }
  if (precision === 'fp32' || precision === 'fp16') {
    return [floatForm(weight, file, precision === 'fp32' ? 'F32' : 'F16')];
  }
  const [out, input] = matrix.shape;
  if (precision === 'int4' && input % int4Block !== 0) {
    throw new ImportError(
      `--precision: ${weight.name} has rows of ${input}; int4 needs a multiple of ${int4Block}; use int8`,
    );
  }
  const quantise = once(async () => {
    const values = await readFinite(file, weight);
    return precision === 'int8' ? quantiseInt8(values, out) : quantiseInt4(values, int4Block);
  });
  const blocks = input / int4Block;
  const name = scalesOf(weight.name);
  const bytes = async () => bytesOf((await quantise.first()).bytes);
  const scales = async () => bytesOf((await quantise.last()).scales);
  return precision === 'int8'
    ? [
        { name: weight.name, dtype: 'I8', shape: [input, out], bytes },
        { name, dtype: 'F32', shape: [out], bytes: scales },
      ]
    : [
        { name: weight.name, dtype: 'U8', shape: [out, blocks, int4Block / 2], bytes },
        { name, dtype: 'F32', shape: [out, blocks], bytes: scales },
      ];
}

/** Numbers from here on become infinite in binary16. */
const halfLimit = 65520;

/** @throws CheckpointError if a number is NaN or infinite: training diverged, or the file is damaged. */
async function readFinite(file: WeightFile, parameter: Parameter): Promise<Float32Array<ArrayBuffer>> {
  const values = await readFloats(file, parameter);
  if (values.every(Number.isFinite)) return values;
  throw new CheckpointError(`${file.file}: ${parameter.name} contains NaN or infinite values`);
}

/** Computes a value on first use and drops it after the last, since matrices are large. */
function once<T>(make: () => Promise<T>): { first: () => Promise<T>; last: () => Promise<T> } {
  let made: Promise<T> | undefined;
  return {
    first: () => (made ??= make()),
    last: () => {
      const thing = made ?? make();
      made = undefined;
      return thing;
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
