import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.js';
import type { Sequence } from '../../src/decoding/sequence.js';
import { firstPositions, nextPositions, randarInputs } from '../../src/family/randar/sequence-layout.js';
import { randar } from '../../src/family/randar/family.js';
import { storedForm } from '../../src/import/stored-form.js';
import { loadRandar, type RandarTransformer } from '../../src/family/randar/transformer.js';
import { goldenFile, onOneThread } from '../support/goldens/load.js';
import { useFolder } from '../support/weights.js';

const folder = useFolder();
const grid = { width: 8, height: 8 };
const heads = 3;
const cells = grid.width * grid.height;

/** The golden with its matrices in int8. */
async function load(threads: number): Promise<RandarTransformer> {
  const golden = goldenFile('randar-square8.safetensors');
  const path = join(folder(), 'int8.safetensors');
  const file = await openWeights(golden);
  const weights = randar.read(new ParameterReader(golden, file.tensors), heads);
  await writeSafetensors(path, storedForm(weights, file, 'int8'), (form) => form.bytes());
  await file.close();
  return loadRandar(path, heads, grid, { ...onOneThread, threads });
}

/** Sequences that differ in label, order and tokens. */
const rowOf = (seed: number): Sequence => ({
  label: seed % 7,
  order: Int32Array.from({ length: cells }, (_, at) => (at * (2 * seed + 1) + seed) % cells),
  tokens: Int32Array.from({ length: cells }, (_, at) => (at * at + seed * 7) % 40),
});

/** The logits of one sequence of a batch in a first step with known tokens and two more. */
async function logitsOf({ session, embeddings, shape }: RandarTransformer, rows: readonly Sequence[], of: number) {
  const cache = session.createCache(rows.length, 1 + 2 * cells);
  const steps = [
    { positions: firstPositions(5, 1), wanted: 1 },
    { positions: nextPositions(6, 1, 3), wanted: 3 },
    { positions: nextPositions(9, 3, 4), wanted: 4 },
  ];
  const logits: number[] = [];
  for (const { positions, wanted } of steps) {
    const all = await session.runAlone(randarInputs(positions, rows, wanted, embeddings), cache);
    for (let query = 0; query < wanted; query++) {
      const at = (query * rows.length + of) * shape.vocabulary;
      logits.push(...all.subarray(at, at + shape.vocabulary));
    }
  }
  return logits;
}

describe.each([1, 2])('a transformer in int8, with %i threads', (threads) => {
  it('gives a sequence bit-identical logits alone and in any batch', async () => {
    const transformer = await load(threads);
    const alone = await logitsOf(transformer, [rowOf(3)], 0);
    for (const company of [1, 2, 4, 7]) {
      const others = Array.from({ length: company }, (_, i) => rowOf(10 + i));
      for (const place of [0, company]) {
        const rows = [...others.slice(0, place), rowOf(3), ...others.slice(place)];
        expect(await logitsOf(transformer, rows, place)).toEqual(alone);
      }
    }
    await transformer.session.close();
  });
});
