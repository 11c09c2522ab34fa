import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PictureCache } from '../../src/engine/picture-cache.js';
import { serveModel } from '../../src/engine/served-model.js';
import { readManifest, type Manifest } from '../../src/model/manifest.js';
import { cpu } from '../../src/runtime/device.js';
import { goldenFile } from '../support/goldens/load.js';
import { goldenModels } from '../support/goldens/models.js';

let models: string;
let threads: Worker[] = [];
const count = (thread: Worker) => void threads.push(thread);

beforeEach(async () => {
  models = await goldenModels();
  threads = [];
  process.on('worker', count);
});
afterEach(async () => {
  process.off('worker', count);
  await rm(models, { recursive: true });
});

function serve(manifest: Manifest) {
  return serveModel(manifest, {
    device: cpu,
    maxQueued: 8,
    maxConcurrent: 4,
    kvBytes: 1e8,
    decodeWorkers: 2,
    previewBudget: 0.15,
    pictures: new PictureCache(),
    report: (error) => {
      throw error;
    },
  });
}

/** How many were started, and how many are running. */
const threadCounts = () => [threads.length, threads.filter(({ threadId }) => threadId !== -1).length];

describe('a model that cannot be served leaves no thread behind', () => {
  it('where its transformer is broken', async () => {
    await writeFile(join(models, 'square4', 'transformer.safetensors'), 'broken');
    await expect(serve(await readManifest(join(models, 'square4')))).rejects.toThrow('transformer.safetensors');
    expect(threadCounts()).toEqual([4, 0]);
  });

  it('where its transformer and its tokenizer do not match', async () => {
    await copyFile(goldenFile('llamagen-f8.safetensors'), join(models, 'square4', 'tokenizer.safetensors'));
    await expect(serve(await readManifest(join(models, 'square4')))).rejects.toThrow('the tokenizer has 70 codes');
    expect(threadCounts()).toEqual([4, 0]);
  });

  it.each([0, 1, 3])('where the system starts only %i threads', async (most) => {
    const manifest = await readManifest(join(models, 'square4'));
    let copies = 0;
    // Each thread gets a copy, and the one after the last cannot be cloned.
    const scarce = {
      ...manifest,
      get labelList(): Manifest['labelList'] {
        if (++copies > most) throw new Error('no more threads');
        return manifest.labelList;
      },
    };
    await expect(serve(scarce)).rejects.toThrow('no more threads');
    expect(threadCounts()).toEqual([most, 0]);
  });
});

describe('a model that is closed', () => {
  it('ends every thread, including that of previews', async () => {
    const model = await serve(await readManifest(join(models, 'square4')));
    await model.previews.render({ model: 'square4', mode: 'decoded', width: 4, height: 4, tokens: new Int32Array(16) });
    expect(threadCounts()).toEqual([5, 5]);
    await model.close();
    expect(threadCounts()).toEqual([5, 0]);
  });
});
