import { rm } from 'node:fs/promises';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { openSafetensors, type PlacedWeights } from '../../src/checkpoint/safetensors-file.js';
import { fileSource } from '../../src/checkpoint/source.js';
import type { Graph } from '../../src/graph/onnx.js';
import { readTokenizer } from '../../src/graph/read-tokenizer.js';
import { buildDecoderGraph, buildEncoderGraph, type TokenizerWeights } from '../../src/graph/tokenizer-weights.js';
import { createSession } from '../../src/runtime/session.js';
import { lookUp, quantise } from '../../src/tokenizer/codebook.js';
import { buildPatches } from '../../src/tokenizer/patches.js';
import { loadTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer.js';
import { graphsOnHost } from '../../src/runtime/graph-session.js';
import { goldenFile } from '../support/goldens/load.js';
import { convertMaskGit, readMaskGitGolden } from '../support/goldens/maskgit.js';

const options = { device: { provider: 'cpu', index: 0 }, threads: 1, spinning: false } as const;
const golden = readMaskGitGolden();
const side = golden.pixels / 4;
const codes = Int32Array.from(golden.codes.flat());

let folder: string;
let path: string;
let file: PlacedWeights;
let weights: TokenizerWeights;
let tokenizer: Tokenizer;
beforeAll(async () => {
  ({ folder, path } = await convertMaskGit());
  file = await openSafetensors(await fileSource(path));
  weights = readTokenizer(new ParameterReader(path, file.tensors));
  tokenizer = await loadTokenizer(path, graphsOnHost(options));
});
afterAll(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

async function run(graph: Graph, feeds: Record<string, ort.Tensor>, output: string): Promise<Float32Array> {
  const outputs = await (await createSession(graph, options)).run(feeds);
  return outputs[output]?.data as Float32Array;
}

describe('the MaskGIT tokenizer', () => {
  it('knows its family, vocabulary and how many pixels a cell has', () => {
    expect(tokenizer).toMatchObject({ family: 'maskgit', vocabulary: golden.config.num_embeddings, factor: 4 });
  });

  it('encodes a picture to the codes of the reference, exactly', async () => {
    const pixels = new ort.Tensor('float32', golden.image.flat(2), [1, 3, golden.pixels, golden.pixels]);
    const z = await run(buildEncoderGraph(weights, file), { pixels }, 'z');
    expect([...quantise(z, tokenizer.codebook)]).toEqual(golden.image_codes.flat());
  });

  it('decodes codes to the numbers of the reference to 1e-4', async () => {
    const z = new ort.Tensor('float32', lookUp(codes, tokenizer.codebook), [1, weights.codebookDimensions, side, side]);
    const pixels = await run(buildDecoderGraph(weights, file), { z }, 'pixels');
    const expected = golden.decoded.flat(2);
    expect(pixels).toHaveLength(expected.length);
    const worst = expected.reduce((most, x, i) => {
      return Math.max(most, Math.abs(Math.min(Math.max(pixels[i] ?? NaN, 0), 1) - x));
    }, 0);
    expect(worst).toBeLessThan(1e-4);
  });

  it('decodes codes to the bytes of the reference, exactly', async () => {
    const pixels = await tokenizer.decode(codes, { width: side, height: side });
    expect([...pixels]).toEqual(golden.decoded_u8.flat(2));
  });

  it('maps bytes to 0..1', async () => {
    const rgb = Uint8Array.from({ length: golden.pixels ** 2 * 3 }, (_, i) => {
      const at = Math.floor(i / 3);
      const level = golden.image[i % 3]?.[Math.floor(at / golden.pixels)]?.[at % golden.pixels] ?? 0;
      return Math.round(level * 255);
    });
    const tokens = await tokenizer.encode(rgb, golden.pixels, golden.pixels);
    const moved = golden.image_codes.flat().filter((code, cell) => tokens[cell] !== code);
    expect(tokens).toHaveLength(side * side);
    // Rounding by half a level moves only cells of the noise picture that lie between two rows.
    expect(moved.length).toBeLessThanOrEqual(2);
  });

  it('decodes and encodes grids that are not square, each picture of a batch as if alone', async () => {
    const grid = { width: 5, height: 3 };
    const pictures = [3, 17].map((step) => Int32Array.from({ length: 15 }, (_, i) => (i * step) % 40));
    const pixels = await tokenizer.decodeBatch(pictures, grid);
    for (const [i, tokens] of pictures.entries()) {
      expect(pixels[i]).toHaveLength(20 * 12 * 3);
      const alone = await tokenizer.decode(tokens, grid);
      expect(Math.max(...alone.map((level, at) => Math.abs(level - (pixels[i]?.[at] ?? NaN))))).toBeLessThanOrEqual(1);
      expect(await tokenizer.encode(alone, 20, 12)).toHaveLength(15);
    }
    await expect(tokenizer.encode(new Uint8Array(18 * 12 * 3), 18, 12)).rejects.toThrow('multiples of 4');
  });

  it('has a patch for each code, each with its own colours', async () => {
    const { pixels, vocabulary, factor } = await buildPatches(tokenizer);
    const patches = Array.from({ length: vocabulary }, (_, i) => pixels.subarray(i * 48, (i + 1) * 48).join());
    expect([vocabulary, factor, pixels.length]).toEqual([40, 4, 40 * 48]);
    expect(new Set(patches).size).toBe(40);
  });

  it('is rejected if another family is expected, and says what to do', async () => {
    const error = await loadTokenizer(path, graphsOnHost(options), 'llamagen').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as CheckpointError).message).toBe(
      `${path}: contains a tokenizer of the family "maskgit", expected "llamagen": ` +
        'change tokenizer.family in model.json, or use another file',
    );
    await expect(
      loadTokenizer(goldenFile('llamagen-f4.safetensors'), graphsOnHost(options), 'maskgit'),
    ).rejects.toThrow('contains a tokenizer of the family "llamagen", expected "maskgit"');
  });
});
