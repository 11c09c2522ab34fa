import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type ort from 'onnxruntime-node';
import { ParameterReader } from '../../../src/checkpoint/parameters.js';
import { openSafetensors } from '../../../src/checkpoint/safetensors-file.js';
import { fileSource } from '../../../src/checkpoint/source.js';
import { readTokenizer } from '../../../src/graph/read-tokenizer.js';
import { buildEncoderGraph } from '../../../src/graph/tokenizer-weights.js';
import { createSession, type SessionOptions } from '../../../src/runtime/session.js';
import { loadRandar } from '../../../src/family/randar/transformer.js';
import { loadTokenizer } from '../../../src/tokenizer/tokenizer.js';
import { graphsOnHost } from '../../../src/runtime/graph-session.js';

/** Enough for such small models, and leaves the other cores free. */
export const onOneThread: SessionOptions = { device: { provider: 'cpu', index: 0 }, threads: 1, spinning: false };

export interface TransformerGolden {
  readonly config: { readonly n_head: number; readonly vocab_size: number; readonly block_size: number };
  readonly cases: readonly {
    readonly steps: number;
    readonly cfg_scales: readonly [number, number];
    readonly order: readonly number[][];
    readonly classes: readonly number[];
    readonly tokens_per_step: readonly number[];
    readonly tokens: readonly number[][];
    readonly logits: readonly number[][][];
    readonly logits_every: number;
    readonly greedy_margin: number;
  }[];
  readonly teacher_forced: {
    readonly order: readonly number[][];
    readonly tokens: readonly number[][];
    readonly classes: readonly number[];
    readonly logits: readonly number[][][];
    readonly every: number;
  };
}

export const goldenFile = (name: string): string => fileURLToPath(new URL(`../../goldens/${name}`, import.meta.url));

export const readGolden = <T>(name: string): T => JSON.parse(readFileSync(goldenFile(`${name}.json`), 'utf8')) as T;

/** A small checkpoint with random weights, and what the public reference computes from it. */
export async function loadTransformerGolden(name: string) {
  const golden = readGolden<TransformerGolden>(name);
  const side = Math.sqrt(golden.config.block_size);
  const grid = { width: side, height: side };
  const transformer = await loadRandar(goldenFile(`${name}.safetensors`), golden.config.n_head, grid, onOneThread);
  return { golden, ...transformer };
}

export interface TokenizerGolden {
  readonly config: { readonly codebook_size: number };
  readonly pixels: number;
  /** [3, pixels, pixels], -1 to 1. */
  readonly image: readonly number[][][];
  readonly image_codes: readonly number[];
  /** One picture, row by row. */
  readonly codes: readonly number[][];
  /** [3, pixels, pixels], before clamping. */
  readonly decoded: readonly number[][][];
  /** [pixels, pixels, 3] */
  readonly decoded_u8: readonly number[][][];
}

/** A small tokenizer with random weights, and what the public reference computes from it. */
export async function loadTokenizerGolden(name: string, openGraph = graphsOnHost(onOneThread)) {
  const golden = readGolden<TokenizerGolden>(name);
  return { golden, tokenizer: await loadTokenizer(goldenFile(`${name}.safetensors`), openGraph) };
}

/** A tokenizer's encoder without the codebook lookup: pixels in, z out. */
export async function loadEncoder(name: string): Promise<ort.InferenceSession> {
  const path = goldenFile(`${name}.safetensors`);
  const file = await openSafetensors(await fileSource(path));
  const weights = readTokenizer(new ParameterReader(path, file.tensors));
  const encoder = await createSession(buildEncoderGraph(weights, file), onOneThread);
  await file.close();
  return encoder;
}
