import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readManifest, type Manifest } from '../../src/model/manifest.js';
import { buildPatches } from '../../src/tokenizer/patches.js';
import { PictureWorker } from '../../src/worker/picture-worker.js';
import { WorkerError } from '../../src/worker/thread.js';
import { loadTokenizerGolden } from '../support/goldens/load.js';
import { goldenModels } from '../support/goldens/models.js';

const grid = { width: 4, height: 4 };
const device = { provider: 'cpu', index: 0 } as const;
const tokens = Int32Array.from({ length: 16 }, (_, i) => i * 3);

let models: string;
let manifest: Manifest;
const workers: PictureWorker[] = [];
/** Every thread started since the test began. */
const threads: Worker[] = [];
const count = (worker: Worker) => void threads.push(worker);

beforeAll(async () => {
  models = await goldenModels();
  manifest = await readManifest(join(models, 'square4'));
  process.on('worker', count);
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
  threads.splice(0);
});
afterAll(async () => {
  process.off('worker', count);
  await rm(models, { recursive: true });
});

function start(of = manifest): PictureWorker {
  const worker = new PictureWorker({ manifest: of, device });
  workers.push(worker);
  return worker;
}

/** Resolves when the next thread that is started has ended. */
async function nextThreadEnds(): Promise<void> {
  const [thread] = (await once(process, 'worker')) as [Worker];
  await once(thread, 'exit');
}

async function refusal(of: Promise<unknown>): Promise<WorkerError> {
  const error = await of.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(WorkerError);
  return error as WorkerError;
}

describe('a picture worker', () => {
  it('describes its weights, and answers like the tokenizer', async () => {
    const { tokenizer } = await loadTokenizerGolden('llamagen-f4');
    const worker = start();
    const { fingerprint, ...facts } = await worker.ready;
    expect(facts).toEqual({ vocabulary: 50, factor: 4, pixels: { device: 'cpu' } });
    expect(fingerprint).toMatch(/^[0-9a-f]{8}$/);
    const picture = await tokenizer.decode(tokens, grid);
    expect(await worker.decode(tokens, grid)).toEqual(picture);
    expect(await worker.encode(picture, 16, 16)).toEqual(await tokenizer.encode(picture, 16, 16));
    expect(await worker.patches()).toEqual((await buildPatches(tokenizer)).pixels);
  });

  it('answers each request made before it was ready', async () => {
    const worker = start();
    const pictures = await Promise.all([1, 2, 3].map((token) => worker.decode(new Int32Array(16).fill(token), grid)));
    for (const [i, picture] of pictures.entries()) {
      expect(picture).toEqual(await worker.decode(new Int32Array(16).fill(i + 1), grid));
    }
    expect(pictures[0]).not.toEqual(pictures[1]);
  });

  it('rejects an invalid job, and continues', async () => {
    const worker = start();
    const { message } = await refusal(worker.decode(Int32Array.of(1, 50), { width: 2, height: 1 }));
    expect(message).toBe('cell 1: expected a token from 0 to 49, got 50');
    expect(await worker.decode(tokens, grid)).toHaveLength(16 * 16 * 3);
    expect(threads).toHaveLength(1);
  });

  it('rejects more jobs than may wait, and completes those it accepted', async () => {
    const worker = start();
    const taken = Array.from({ length: 128 }, () => worker.decode(tokens, grid));
    expect(await refusal(worker.decode(tokens, grid))).toMatchObject({ code: 'QUEUE_FULL' });
    expect(await Promise.all(taken)).toHaveLength(128);
    expect(await worker.decode(tokens, grid)).toHaveLength(16 * 16 * 3);
  });
});

describe('a picture worker whose thread dies', () => {
  it('fails waiting jobs, and runs the next job in a new one', async () => {
    const worker = start();
    await worker.ready;
    const jobs = Array.from({ length: 100 }, () => worker.decode(tokens, grid));
    const settled = Promise.allSettled(jobs);
    await worker.kill();
    const last = (await settled).at(-1);
    expect(last?.status).toBe('rejected');
    const error = await refusal(jobs.at(-1) ?? Promise.resolve());
    expect(error.code).toBe('WORKER_DIED');
    expect(error.message).toMatch(/^the worker thread died \(.+\) and is being restarted$/);
    expect(await worker.decode(tokens, grid)).toHaveLength(16 * 16 * 3);
    expect(threads).toHaveLength(2);
  });

  it('is replaced each time', async () => {
    const worker = start();
    const picture = await worker.decode(tokens, grid);
    for (let deaths = 1; deaths <= 3; deaths++) {
      await worker.kill();
      expect(await worker.decode(tokens, grid)).toEqual(picture);
      expect(threads).toHaveLength(deaths + 1);
    }
  });

  it('is given up if a new one cannot be started', async () => {
    const own = await readManifest(join(models, 'square8'));
    const worker = start(own);
    await worker.ready;
    await writeFile(join(own.folder, 'tokenizer.safetensors'), 'broken');
    const ended = nextThreadEnds();
    await worker.kill();
    const error = await refusal(worker.decode(tokens, grid));
    expect(error.code).toBe('WORKER_UNUSABLE');
    expect(error.message).toContain('tokenizer.safetensors');
    await ended;
    expect(threads).toHaveLength(2);
  });
});

describe('a picture worker with unusable weights', () => {
  it('reports why, to current and later requests, and is not restarted', async () => {
    const broken = { ...manifest, tokenizer: { ...manifest.tokenizer, file: 'transformer.safetensors' } };
    const worker = start(broken);
    const waiting = refusal(worker.decode(tokens, grid));
    const reason = await refusal(worker.ready);
    expect(reason.message).toContain(join(manifest.folder, 'transformer.safetensors'));
    for (const error of [await waiting, await refusal(worker.decode(tokens, grid))]) {
      expect(error.code).toBe('WORKER_UNUSABLE');
      expect(error.message).toBe(`cannot start the worker thread: ${reason.message}`);
    }
    await worker.close();
    expect(threads).toHaveLength(1);
  });
});

describe('closing a picture worker', () => {
  it('ends its thread, and rejects waiting and later jobs', async () => {
    const ended = nextThreadEnds();
    const worker = start();
    await worker.ready;
    const waiting = refusal(worker.decode(tokens, grid));
    await worker.close();
    await ended;
    for (const error of [await waiting, await refusal(worker.decode(tokens, grid))]) {
      expect(error).toMatchObject({ code: 'SHUTTING_DOWN' });
    }
    expect(threads).toHaveLength(1);
  });

  it('works while it loads, too', async () => {
    const ended = nextThreadEnds();
    const worker = start();
    const waiting = refusal(worker.patches());
    await worker.close();
    expect((await waiting).code).toBe('SHUTTING_DOWN');
    await ended;
    expect(threads).toHaveLength(1);
  });

  it('may be done twice', async () => {
    const worker = start();
    await worker.ready;
    let said = '';
    threads[0]?.stderr.on('data', (text: Buffer) => (said += text.toString()));
    await Promise.all([worker.close(), worker.close()]);
    await worker.close();
    expect(said).toBe('');
    expect(threads).toHaveLength(1);
  });
});
