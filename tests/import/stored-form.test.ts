import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { floats } from '../../src/checkpoint/floats.js';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.js';
import { randar } from '../../src/family/randar/family.js';
import type { Precision } from '../../src/graph/linear.js';
import { ImportError } from '../../src/import/import-options.js';
import { storedForm } from '../../src/import/stored-form.js';
import { goldenFile } from '../support/goldens/load.js';
import {
  editWeights,
  floatTensor,
  readTensors,
  useFolder,
  withNaN,
  type Tensor,
  type Tensors,
} from '../support/weights.js';

const folder = useFolder();
const golden = goldenFile('randar-square4.safetensors');
const heads = 2;

/** Stores the golden, or a copy of it, in a precision, and reads it back. */
async function stored(precision: Precision, from = golden): Promise<Tensors> {
  const path = join(folder(), `${precision}.safetensors`);
  const file = await openWeights(from);
  try {
    const weights = randar.read(new ParameterReader(from, file.tensors), heads);
    await writeSafetensors(path, storedForm(weights, file, precision), (form) => form.bytes());
  } finally {
    await file.close();
  }
  return readTensors(path);
}

const tables = ['tok_embeddings.weight', 'cls_embedding.embedding_table.weight'];
const isTable = (name: string) => tables.includes(name);
const isMatrix = (name: string, { shape }: Tensor) =>
  shape.length === 2 && !isTable(name) && name !== 'pos_instruct_embeddings';

const numbers = (tensor?: Tensor): Float32Array => {
  if (tensor?.dtype !== 'F32' && tensor?.dtype !== 'F16') throw new TypeError('no floats');
  return floats(tensor.dtype, Uint8Array.from(tensor.bytes));
};

/** The largest magnitude. */
const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

let exact: Tensors;
beforeAll(async () => {
  exact = await readTensors(golden);
});

describe('a transformer stored in', () => {
  it('fp32 is unchanged', async () => {
    const tensors = await stored('fp32');
    expect(new Set(tensors.keys())).toEqual(new Set(exact.keys()));
    for (const [name, tensor] of exact) expect(tensors.get(name)).toEqual(tensor);
  });

  it('fp16 has matrices and tables in half the bytes, each number to eleven bits, and vectors in fp32', async () => {
    const tensors = await stored('fp16');
    expect(new Set(tensors.keys())).toEqual(new Set(exact.keys()));
    for (const [name, tensor] of exact) {
      const half = tensors.get(name);
      expect(half?.shape).toEqual(tensor.shape);
      expect(half?.dtype).toBe(isTable(name) || isMatrix(name, tensor) ? 'F16' : 'F32');
      const [values, before] = [numbers(half), numbers(tensor)];
      // Half a unit of the last of eleven bits, or of the smallest subnormal number.
      const fits = before.every(
        (value, i) => Math.abs((values[i] ?? NaN) - value) <= Math.abs(value) / 2048 + 2 ** -25,
      );
      expect(fits, name).toBe(true);
    }
  });

  it('int8 has a scale for each output, and each number within half a step', async () => {
    const tensors = await stored('int8');
    for (const [name, tensor] of exact) {
      if (!isMatrix(name, tensor)) continue;
      const [out = 0, input = 0] = tensor.shape;
      const [weight, scales] = [tensors.get(name), tensors.get(`${name}.scales`)];
      expect([weight?.dtype, weight?.shape]).toEqual(['I8', [input, out]]);
      expect([scales?.dtype, scales?.shape]).toEqual(['F32', [out]]);
      const [bytes, before] = [Int8Array.from(weight?.bytes ?? []), numbers(tensor)];
      for (const [row, scale] of numbers(scales).entries()) {
        const values = before.subarray(row * input, (row + 1) * input);
        expect(scale).toBeCloseTo(largest(values) / 127, 8);
        const fits = values.every((x, i) => Math.abs((bytes[i * out + row] ?? NaN) * scale - x) <= scale * 0.5001);
        expect(fits, name).toBe(true);
      }
    }
  });

  it('int4 has a scale for each 32 numbers, each number within a step, and its last matrix in int8', async () => {
    const tensors = await stored('int4');
    expect(tensors.get('output.weight')?.dtype).toBe('I8');
    for (const [name, tensor] of exact) {
      if (!isMatrix(name, tensor) || name === 'output.weight') continue;
      const [out = 0, input = 0] = tensor.shape;
      const [weight, scales] = [tensors.get(name), tensors.get(`${name}.scales`)];
      expect([weight?.dtype, weight?.shape]).toEqual(['U8', [out, input / 32, 16]]);
      expect([scales?.dtype, scales?.shape]).toEqual(['F32', [out, input / 32]]);
      const before = numbers(tensor);
      for (const [block, scale] of numbers(scales).entries()) {
        const values = before.subarray(block * 32, (block + 1) * 32);
        expect(Math.abs(scale)).toBeCloseTo(largest(values) / 8, 8);
        const fits = values.every((x, i) => {
          const byte = weight?.bytes[block * 16 + (i >> 1)] ?? NaN;
          const step = (i % 2 === 0 ? byte & 15 : byte >> 4) - 8;
          return Math.abs(step * scale - x) <= Math.abs(scale) * 1.0001;
        });
        expect(fits, name).toBe(true);
      }
    }
  });

  it.each(['fp32', 'fp16', 'int8', 'int4'] as const)('%s is read as such', async (precision) => {
    const tensors = await stored(precision);
    const weights = randar.read(new ParameterReader('stored', tensors), heads);
    expect(weights.precision).toBe(precision);
    expect(weights.shape).toMatchObject({ dimension: 64, layers: 2, vocabulary: 50, classes: 10 });
    if (precision !== 'fp16' && precision !== 'fp32') return;
    expect(weights.shape.parameters).toBe(113_984);
  });

  it('int8 and int4 has tables in fp16', async () => {
    for (const precision of ['int8', 'int4'] as const) {
      const tensors = await stored(precision);
      for (const name of tables) expect(tensors.get(name)?.dtype).toBe('F16');
      expect(tensors.get('pos_instruct_embeddings')?.dtype).toBe('F32');
    }
  });
});

describe('storing a transformer is refused', () => {
  async function refusal(precision: Precision, edit: (tensors: Tensors) => void): Promise<Error> {
    const from = await editWeights(golden, join(folder(), 'edited.safetensors'), edit);
    const error: unknown = await stored(precision, from).catch((caught: unknown) => caught);
    if (error instanceof ImportError || error instanceof CheckpointError) return error;
    throw new Error('it was stored', { cause: error });
  }

  it('if it is already quantized, and says what to import', async () => {
    await stored('int8');
    const from = join(folder(), 'int8.safetensors');
    await expect(stored('int4', from)).rejects.toThrow(
      `--transformer: ${from} is already quantized to int8 (layers.0.attention.wqkv.weight); import the original float weights`,
    );
  });

  it('if rows do not divide into int4 blocks', async () => {
    const error = await refusal('int4', (tensors) => {
      for (const layer of [0, 1]) {
        const at = `layers.${layer}.feed_forward`;
        tensors.set(`${at}.w1.weight`, floatTensor([40, 64], new Array<number>(40 * 64).fill(1)));
        tensors.set(`${at}.w3.weight`, floatTensor([40, 64], new Array<number>(40 * 64).fill(1)));
        tensors.set(`${at}.w2.weight`, floatTensor([64, 40], new Array<number>(40 * 64).fill(1)));
      }
    });
    expect(error.message).toBe(
      '--precision: layers.0.feed_forward.w2.weight has rows of 40; int4 needs a multiple of 32; use int8',
    );
  });

  it.each(['fp32', 'fp16', 'int8', 'int4'] as const)('for a number that is not finite: %s', async (precision) => {
    const name = 'layers.1.attention.wo.weight';
    const error = await refusal(precision, (tensors) => {
      tensors.set(name, withNaN(tensors.get(name) as Tensor));
    });
    expect(error.message).toContain(`edited.safetensors: ${name} contains NaN or infinite values`);
  });

  it.each(['fp16', 'int8', 'int4'] as const)('for a table value beyond fp16: %s', async (precision) => {
    const name = 'cls_embedding.embedding_table.weight';
    const edit = (tensors: Tensors) => {
      tensors.set(name, floatTensor([11, 64], new Array<number>(11 * 64).fill(65520)));
    };
    const error = await refusal(precision, edit);
    expect(error.message).toBe(`--precision: ${name} has values too large for fp16; use fp32`);
    await expect(refusal('fp32', edit)).rejects.toThrow('it was stored');
  });
});
