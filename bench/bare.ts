import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fork } from 'node:child_process';
import { openWeights } from '../src/checkpoint/open-weights.js';
import { Decoding } from '../src/decoding/decoding.js';
import { cellCount } from '../src/decoding/grid.js';
import { tokensPerStep } from '../src/decoding/schedule.js';
import { inFloats, readManifest } from '../src/model/manifest.js';
import { loadRandar } from '../src/family/randar/transformer.js';

/** The step loop by itself in a process of its own: no server, events or pictures. */
export interface Bare {
  /** Milliseconds for one picture, or for a batch of pictures together. */
  draw(seed: number, batch?: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param file A transformer of 16 x 16 cells with head dimension 64. Default: the built-in model.
 * @param weights Of the built-in model: the weights that are served, or float weights.
 */
export async function startBare(file?: string, weights: 'path' | 'floats' = 'path'): Promise<Bare> {
  const child = fork(fileURLToPath(import.meta.url), ['child', weights, ...(file === undefined ? [] : [file])]);
  const answer = () => new Promise<number>((resolve) => child.once('message', (ms) => resolve(ms as number)));
  await answer();
  return {
    draw: (seed, batch = 1) => {
      const ms = answer();
      child.send([seed, batch]);
      return ms;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

if (process.argv[2] === 'child' && process.send) {
  const draw = await prepare(process.argv[4], process.argv[3] === 'floats' ? 'floats' : 'path');
  process.on('message', (message) => {
    const [seed, batch] = message as [number, number];
    void draw(seed, batch).then((ms) => process.send?.(ms));
  });
  process.send(0);
}

async function prepare(
  file: string | undefined,
  weights: 'path' | 'floats',
): Promise<(seed: number, batch: number) => Promise<number>> {
  const { grid, heads, defaults, [weights]: path } = await benchedModel(file);
  const device = { provider: 'cpu', index: 0 } as const;
  const { shape, ownLayout, session } = await loadRandar(path, heads, grid, {
    device,
    threads: 0,
    spinning: true,
  });
  const { steps, guidance, temperature, topK, topP } = defaults;
  return async (seed, batch) => {
    const began = performance.now();
    const decoding = new Decoding(ownLayout, {
      pictures: Array.from({ length: batch }, (_, i) => ({
        label: (seed + i) % shape.classes,
        seed: seed + i,
        order: { kind: 'random' },
      })),
      tokensPerStep: tokensPerStep({ kind: 'cosine', steps }, cellCount(grid)),
      guidance: { ...guidance, curve: 'linear', power: 1 },
      sampling: { temperature, topK, topP },
    });
    const cache = session.createCache(decoding.sequences, decoding.capacity);
    while (!decoding.isDone) decoding.apply(await session.runAlone(decoding.next(), cache));
    return performance.now() - began;
  };
}

/**
 * The built-in model with its defaults, or another file with those of the released models: both the served and the
 * float weights.
 */
export async function benchedModel(file?: string) {
  const manifest = await readManifest(fileURLToPath(new URL('../models/emoji', import.meta.url)));
  const { grid, transformer, defaults } = manifest;
  if (file === undefined) {
    const path = join(manifest.folder, transformer.file);
    const floats = join(manifest.folder, inFloats(manifest).transformer.file);
    return { grid, path, floats, heads: transformer.heads, defaults };
  }
  const source = await openWeights(file);
  const [, dimension = 0] = source.tensors.get('tok_embeddings.weight')?.shape ?? [];
  await source.close();
  return {
    grid,
    path: file,
    floats: file,
    heads: dimension / 64,
    defaults: { ...defaults, steps: 88, guidance: { start: 1, end: 4 }, temperature: 1 },
  };
}
