import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWeights } from '../src/checkpoint/open-weights.js';
import { ParameterReader } from '../src/checkpoint/parameters.js';
import { writeSafetensors } from '../src/checkpoint/write-safetensors.js';
import { Decoding } from '../src/decoding/decoding.js';
import { tokensPerStep } from '../src/decoding/schedule.js';
import { randar } from '../src/family/randar/family.js';
import type { Precision } from '../src/graph/linear.js';
import { measureDivergence } from '../src/import/measure.js';
import { storedForm } from '../src/import/stored-form.js';
import { loadRandar, type RandarTransformer } from '../src/family/randar/transformer.js';
import { median, printTable } from './table.js';

const precisions: readonly Precision[] = ['fp32', 'fp16', 'int8', 'int4'];
const grid = { width: 16, height: 16 };
const options = { device: { provider: 'cpu', index: 0 }, threads: 0, spinning: true } as const;

/**
 * Measures every precision of a transformer: size, time per step (taking turns), and KL divergence of the next-token
 * distribution from fp32.
 *
 * @param file A transformer of 16 x 16 cells with head dimension 64, for example from bench/random-checkpoint.ts.
 */
export async function benchPrecision(file: string, rounds: number): Promise<void> {
  const source = await openWeights(file);
  const folder = await mkdtemp(join(tmpdir(), 'randar-precision-'));
  try {
    const heads = (source.tensors.get('tok_embeddings.weight')?.shape[1] ?? 0) / 64;
    const weights = randar.read(new ParameterReader(file, source.tensors), heads);
    const measured = { family: randar, transformer: weights, grid, tokenizer: { family: 'llamagen' } } as const;
    const sides: {
      precision: Precision;
      path: string;
      divergence: number;
      transformer: RandarTransformer;
      ms: number[];
    }[] = [];
    for (const precision of precisions) {
      const path = join(folder, `${precision}.safetensors`);
      await writeSafetensors(path, storedForm(weights, source, precision), (form) => form.bytes());
      const divergence =
        precision === 'fp32' ? 0 : await measureDivergence(measured, source, path, folder, () => undefined);
      sides.push({
        precision,
        path,
        divergence,
        transformer: await loadRandar(path, heads, grid, options),
        ms: [],
      });
    }
    for (let round = -1; round < rounds; round++) {
      for (const { transformer, ms } of sides) {
        const each = await msPerStep(transformer, round + 1);
        if (round >= 0) ms.push(each);
      }
    }
    const base = median(sides[0]?.ms ?? []);
    const rows = [['', 'MB', 'ms per step', 'relative to fp32', 'KL divergence']];
    for (const { precision, path, ms, divergence } of sides) {
      const megabytes = (await stat(path)).size / 1e6;
      const time = median(ms);
      rows.push([
        precision,
        megabytes.toFixed(0),
        time.toFixed(1),
        (time / base).toFixed(2),
        divergence === 0 ? '0' : divergence.toExponential(1),
      ]);
    }
    printTable(rows);
  } finally {
    await source.close();
    await rm(folder, { recursive: true });
  }
}

/** One picture in 88 steps with guidance, so two sequences. */
async function msPerStep({ ownLayout, session }: RandarTransformer, seed: number): Promise<number> {
  const decoding = new Decoding(ownLayout, {
    pictures: [{ label: seed % ownLayout.classes, seed, order: { kind: 'random' } }],
    tokensPerStep: tokensPerStep({ kind: 'cosine', steps: 88 }, grid.width * grid.height),
    guidance: { start: 1, end: 4, curve: 'linear', power: 1 },
    sampling: { temperature: 1, topK: 0, topP: 1 },
  });
  const cache = session.createCache(decoding.sequences, decoding.capacity);
  const began = performance.now();
  while (!decoding.isDone) decoding.apply(await session.runAlone(decoding.next(), cache));
  return (performance.now() - began) / decoding.stepsDone;
}
