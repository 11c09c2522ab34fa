import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { quantiseInt4, quantiseInt8, toHalf } from '../checkpoint/quantise.js';
import { readFloats } from '../checkpoint/floats.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import type { NamedTensor } from '../checkpoint/write-safetensors.js';
import type { Parameter } from '../checkpoint/parameters.js';
import { int4Block, scalesOf, type Affine, type Matrix } from '../graph/linear.js';
import { blockLayers, blockNorms, type Norm, type RarWeights } from '../graph/rar-weights.js';
import type { AnyTransformer } from '../graph/transformer-family.js';
import type { Precision, TransformerWeights } from '../graph/transformer-weights.js';
import { ImportError } from './import-options.js';

/** A tensor of the file to be written, and what becomes it. */
export interface Conversion extends NamedTensor {
  readonly bytes: () => Promise<Uint8Array>;
}

/**
 * A transformer's parameters in the form that a precision stores them in. Vectors stay fp32: they are few. Tables that
 * are looked up by row are fp16 in all but fp32. In int4 some matrices are int8: the last one, whose error is that of
 * the logits, and RAR's adaLN, which is computed once a class, so that fewer bits would save no time.
 *
 * @throws ImportError where a matrix does not divide into int4's blocks
 */
export function storedForm(weights: AnyTransformer, file: WeightFile, precision: Precision): Conversion[] {
  const forms: Forms = {
    vector: (parameter) => [floatForm(parameter, file, 'F32')],
    table: (parameter) => [floatForm(parameter, file, precision === 'fp32' ? 'F32' : 'F16')],
    matrix: (matrix) => matrixForm(matrix, file, precision),
    fineMatrix: (matrix) => matrixForm(matrix, file, precision === 'int4' ? 'int8' : precision),
  };
  return weights.family === 'rar' ? rarForms(weights, forms) : randarForms(weights, forms);
}

/** What becomes of each kind of parameter. */
interface Forms {
  readonly vector: (parameter: Parameter) => Conversion[];
  readonly table: (parameter: Parameter) => Conversion[];
  readonly matrix: (matrix: Matrix) => Conversion[];
  readonly fineMatrix: (matrix: Matrix) => Conversion[];
}

function randarForms(weights: TransformerWeights, { vector, table, matrix, fineMatrix }: Forms): Conversion[] {
  return [
    ...table(weights.tokenEmbeddings),
    ...table(weights.classEmbeddings),
    ...vector(weights.positionInstruction),
    ...weights.layers.flatMap((layer) => [
      ...vector(layer.attentionNorm),
      ...matrix(layer.wqkv),
      ...matrix(layer.wo),
      ...vector(layer.ffnNorm),
      ...matrix(layer.w1),
      ...matrix(layer.w3),
      ...matrix(layer.w2),
    ]),
    ...vector(weights.norm),
    ...fineMatrix(weights.output),
  ];
}

function rarForms(weights: RarWeights, { vector, table, matrix, fineMatrix }: Forms): Conversion[] {
  const norm = ({ weight, bias }: Norm) => [...vector(weight), ...vector(bias)];
  const layer = (affine: Affine) => [...matrix(affine.matrix), ...vector(affine.bias)];
  const fineLayer = (affine: Affine) => [...fineMatrix(affine.matrix), ...vector(affine.bias)];
  return [
    ...vector(weights.classToken),
    ...table(weights.embeddings),
    ...table(weights.positions),
    ...table(weights.targets),
    ...table(weights.timesteps),
    ...weights.blocks.flatMap((block) => [
      ...blockNorms(block).flatMap(norm),
      ...blockLayers(block).flatMap(layer),
      ...fineLayer(block.modulation),
    ]),
    ...fineLayer(weights.headModulation),
    ...fineLayer(weights.head),
  ];
}

/** A parameter as floats of a type. */
export function floatForm(parameter: Parameter, file: WeightFile, dtype: 'F32' | 'F16'): Conversion {
  return {
    name: parameter.name,
    dtype,
    shape: parameter.shape,
    bytes: async () => {
      const values = await readFinite(file, parameter);
      if (dtype === 'F32') return bytesOf(values);
      if (values.every((value) => Math.abs(value) < halfLimit)) return bytesOf(toHalf(values));
      throw new ImportError(`--precision: ${parameter.name} holds numbers too large for fp16; use fp32`);
    },
  };
}

function matrixForm(matrix: Matrix, file: WeightFile, precision: Precision): Conversion[] {
  const { weight } = matrix;
  if (matrix.kind !== 'float') {
    throw new ImportError(
      `--transformer: ${file.file} is ${matrix.kind} already (${weight.name}): import the file that it was made from`,
    );
  }
  if (precision === 'fp32' || precision === 'fp16') {
    return [floatForm(weight, file, precision === 'fp32' ? 'F32' : 'F16')];
  }
  const [out, input] = matrix.shape;
  if (precision === 'int4' && input % int4Block !== 0) {
    throw new ImportError(
      `--precision: ${weight.name} has rows of ${input}, a multiple of ${int4Block} expected for int4; use int8`,
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

/** @throws CheckpointError where a number is none: a training that diverged, or a file that was damaged */
async function readFinite(file: WeightFile, parameter: Parameter): Promise<Float32Array<ArrayBuffer>> {
  const values = await readFloats(file, parameter);
  if (values.every(Number.isFinite)) return values;
  throw new CheckpointError(`${file.file}: ${parameter.name} holds numbers that are not finite`);
}

/** Makes a thing when it is asked for first, and forgets it when it is asked for last: a matrix is large. */
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
