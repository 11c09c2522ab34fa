import { writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors, type NamedTensor } from '../src/checkpoint/write-safetensors.js';
import { elementCount } from '../src/checkpoint/weight-file.js';
import { dict, pickleOf, tensor, text, torchFile } from '../tests/support/broken-files/torch.js';

/**
 * Creates checkpoints with the names, shapes and formats of the released models but random weights, to measure
 * importing and running them.
 *
 * npx tsx bench/random-checkpoint.ts L folder
 */

const sizes = {
  L: { dimension: 1024, layers: 24, hidden: 2816 },
  XL: { dimension: 1280, layers: 36, hidden: 3584 },
} as const;
export type Size = keyof typeof sizes;

export const transformerFile = 'transformer.safetensors';
export const tokenizerFile = 'vq_ds16_c2i.pt';

export async function writeRandomCheckpoint(size: Size, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const random = gaussian(1);
  const fill = ({ name, shape }: NamedTensor): Float32Array<ArrayBuffer> => {
    const [first = 1, ...rest] = shape;
    const spread =
      name.includes('embedding') || name === 'pos_instruct_embeddings' ? 1 : 1 / Math.sqrt(elementCount(rest));
    const isNorm = /norm\d?\.weight$|norm_out\.weight$/.test(name);
    return Float32Array.from({ length: first * elementCount(rest) }, () => (isNorm ? 1 : random() * spread));
  };
  await writeSafetensors(join(folder, transformerFile), transformerTensors(size), (each) =>
    Promise.resolve(new Uint8Array(fill(each).buffer)),
  );
  const all = tokenizerTensors();
  const storages = Object.fromEntries(all.map((each, i) => [`k${i}`, new Uint8Array(fill(each).buffer)]));
  const entries = all.flatMap(({ name, shape }, i) => [text(name), tensor({ key: `k${i}`, shape })]);
  await writeFile(join(folder, tokenizerFile), torchFile(pickleOf(dict(text('model'), dict(...entries))), storages));
}

export function transformerTensors(size: Size): NamedTensor[] {
  const { dimension, layers, hidden } = sizes[size];
  const vocabulary = 16384;
  const shapes: Record<string, readonly number[]> = {
    'tok_embeddings.weight': [vocabulary, dimension],
    'cls_embedding.embedding_table.weight': [1001, dimension],
    pos_instruct_embeddings: [1, dimension],
    'norm.weight': [dimension],
    'output.weight': [vocabulary, dimension],
  };
  for (let i = 0; i < layers; i++) {
    shapes[`layers.${i}.attention.wqkv.weight`] = [3 * dimension, dimension];
    shapes[`layers.${i}.attention.wo.weight`] = [dimension, dimension];
    shapes[`layers.${i}.attention_norm.weight`] = [dimension];
    shapes[`layers.${i}.ffn_norm.weight`] = [dimension];
    shapes[`layers.${i}.feed_forward.w1.weight`] = [hidden, dimension];
    shapes[`layers.${i}.feed_forward.w3.weight`] = [hidden, dimension];
    shapes[`layers.${i}.feed_forward.w2.weight`] = [dimension, hidden];
  }
  return named(shapes);
}

/** LlamaGen's VQModel, f16: 16,384 codes of 8 numbers. */
export function tokenizerTensors(): NamedTensor[] {
  const [base, z, codes] = [128, 256, 8];
  const widths = [1, 1, 2, 2, 4].map((times) => times * base);
  const deepest = widths.at(-1) ?? base;
  const shapes: Record<string, readonly number[]> = { 'quantize.embedding.weight': [16384, codes] };
  const affine = (name: string, ...shape: number[]) => {
    shapes[`${name}.weight`] = shape;
    shapes[`${name}.bias`] = shape.slice(0, 1);
  };
  const residual = (name: string, from: number, to: number) => {
    affine(`${name}.norm1`, from);
    affine(`${name}.conv1`, to, from, 3, 3);
    affine(`${name}.norm2`, to);
    affine(`${name}.conv2`, to, to, 3, 3);
    if (from !== to) affine(`${name}.nin_shortcut`, to, from, 1, 1);
  };
  const attention = (name: string, width: number) => {
    affine(`${name}.norm`, width);
    for (const part of ['q', 'k', 'v', 'proj_out']) affine(`${name}.${part}`, width, width, 1, 1);
  };
  const middle = (name: string) => {
    residual(`${name}.0`, deepest, deepest);
    attention(`${name}.1`, deepest);
    residual(`${name}.2`, deepest, deepest);
  };
  const network = (name: string, levels: readonly number[], blocks: number, resample: string, attending: number) => {
    let from = levels[0] ?? base;
    for (const [level, to] of levels.entries()) {
      const at = `${name}.conv_blocks.${level}`;
      for (let block = 0; block < blocks; block++) {
        residual(`${at}.res.${block}`, from, to);
        if (level === attending) attention(`${at}.attn.${block}`, to);
        from = to;
      }
      if (level < levels.length - 1) affine(`${at}.${resample}.conv`, to, to, 3, 3);
    }
  };
  affine('encoder.conv_in', base, 3, 3, 3);
  network('encoder', widths, 2, 'downsample', widths.length - 1);
  middle('encoder.mid');
  affine('encoder.norm_out', deepest);
  affine('encoder.conv_out', z, deepest, 3, 3);
  affine('quant_conv', codes, z, 1, 1);
  affine('post_quant_conv', z, codes, 1, 1);
  affine('decoder.conv_in', deepest, z, 3, 3);
  middle('decoder.mid');
  network('decoder', widths.toReversed(), 3, 'upsample', 0);
  affine('decoder.norm_out', base);
  affine('decoder.conv_out', 3, base, 3, 3);
  return named(shapes);
}

function named(shapes: Readonly<Record<string, readonly number[]>>): NamedTensor[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name, dtype: 'F32', shape }));
}

/** Approximately normal: the sum of the four bytes of a 32-bit linear congruential number, scaled to variance 1. */
function gaussian(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    const sum = (mixed & 255) + ((mixed >>> 8) & 255) + ((mixed >>> 16) & 255) + (mixed >>> 24);
    return (sum - 510) / 147.8;
  };
}

const [, script = '', size, folder] = process.argv;
if (script.endsWith('random-checkpoint.ts')) {
  if ((size !== 'L' && size !== 'XL') || folder === undefined) {
    throw new TypeError('usage: npx tsx bench/random-checkpoint.ts L|XL folder');
  }
  await writeRandomCheckpoint(size, folder);
}
