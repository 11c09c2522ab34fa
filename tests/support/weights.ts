import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { elementCount, type StoredType } from '../../src/checkpoint/weight-file.js';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.js';
import { Random } from '../../src/decoding/random.js';
import { dict, pickleOf, tensor as torchTensor, text, torchFile } from './broken-files/torch.js';

/** A tensor of a file made by a test. */
export interface Tensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export type Tensors = Map<string, Tensor>;

export const floatTensor = (shape: readonly number[], values: ArrayLike<number>): Tensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** A temporary folder for this file's tests, deleted afterwards. */
export function useFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'randar-import-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return () => folder;
}

/** Every path in a folder, at any depth. */
export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

export async function readTensors(path: string): Promise<Tensors> {
  const file = await openWeights(path);
  const tensors: Tensors = new Map();
  for (const [name, { dtype, shape }] of file.tensors)
    tensors.set(name, { dtype, shape, bytes: await file.bytes(name) });
  await file.close();
  return tensors;
}

export async function writeTensors(path: string, tensors: ReadonlyMap<string, Tensor>): Promise<string> {
  const named = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
  await writeSafetensors(path, named, ({ bytes }) => Promise.resolve(bytes));
  return path;
}

/** Copies weights of any format to safetensors, with an edit. */
export async function editWeights(from: string, to: string, edit: (tensors: Tensors) => void): Promise<string> {
  const tensors = await readTensors(from);
  edit(tensors);
  return writeTensors(to, tensors);
}

/** Writes the tensors as three safetensors files with an index in a folder. Returns the index's path. */
export async function writeSharded(folder: string, tensors: Tensors): Promise<string> {
  const shardOf = new Map([...tensors.keys()].map((name, i) => [name, `model-${i % 3}.safetensors`]));
  for (const shard of new Set(shardOf.values())) {
    await writeTensors(join(folder, shard), new Map([...tensors].filter(([name]) => shardOf.get(name) === shard)));
  }
  const index = join(folder, 'model.safetensors.index.json');
  await writeFile(index, JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(shardOf) }));
  return index;
}

/** Writes the tensors as fp32, like torch.save({"model": ...}). */
export async function writeTorch(path: string, tensors: Tensors): Promise<string> {
  const all = [...tensors];
  const entries = all.flatMap(([name, { shape }], i) => [text(name), torchTensor({ key: `k${i}`, shape })]);
  const storages = Object.fromEntries(all.map(([, { bytes }], i) => [`k${i}`, bytes]));
  await writeFile(path, torchFile(pickleOf(dict(text('model'), dict(...entries))), storages));
  return path;
}

export interface RandomTransformer {
  readonly dimension: number;
  readonly layers: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly classes: number;
}

/** A transformer with random weights, by RandAR's public names. */
export function randomTransformer({ dimension, layers, hidden, vocabulary, classes }: RandomTransformer): Tensors {
  const random = Random.of(1, 'sampling');
  const table = (rows: number, columns: number, spread: number): Tensor =>
    floatTensor(
      [rows, columns],
      Array.from({ length: rows * columns }, () => (random.uniform() * 2 - 1) * spread),
    );
  const matrix = (out: number, input: number) => table(out, input, 2 / Math.sqrt(input));
  const norm = floatTensor([dimension], new Array<number>(dimension).fill(1));
  const tensors: Tensors = new Map([
    ['tok_embeddings.weight', table(vocabulary, dimension, 1)],
    ['cls_embedding.embedding_table.weight', table(classes + 1, dimension, 1)],
    ['pos_instruct_embeddings', table(1, dimension, 1)],
    ['norm.weight', norm],
    ['output.weight', matrix(vocabulary, dimension)],
  ]);
  for (let i = 0; i < layers; i++) {
    tensors.set(`layers.${i}.attention_norm.weight`, norm);
    tensors.set(`layers.${i}.attention.wqkv.weight`, matrix(3 * dimension, dimension));
    tensors.set(`layers.${i}.attention.wo.weight`, matrix(dimension, dimension));
    tensors.set(`layers.${i}.ffn_norm.weight`, norm);
    tensors.set(`layers.${i}.feed_forward.w1.weight`, matrix(hidden, dimension));
    tensors.set(`layers.${i}.feed_forward.w3.weight`, matrix(hidden, dimension));
    tensors.set(`layers.${i}.feed_forward.w2.weight`, matrix(dimension, hidden));
  }
  return tensors;
}

/** Replaces one number with NaN. */
export function withNaN(tensor: Tensor): Tensor {
  const values = new Float32Array(tensor.bytes.slice().buffer, 0, elementCount(tensor.shape));
  values[values.length >> 1] = NaN;
  return floatTensor(tensor.shape, values);
}
