import { once } from 'node:events';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readManifest, type Manifest } from '../../src/model/manifest.js';
import type { FromPictureThread, ToPictureThread, TokenizerFacts } from '../../src/worker/protocol.js';
import { Thread, WorkerError } from '../../src/worker/thread.js';
import { goldenModels } from '../support/goldens/models.js';

let models: string;
let manifest: Manifest;
const started: Thread<TokenizerFacts, ToPictureThread, FromPictureThread>[] = [];
const workers: Worker[] = [];
const count = (worker: Worker) => void workers.push(worker);

beforeAll(async () => {
  models = await goldenModels();
  manifest = await readManifest(join(models, 'square4'));
  process.on('worker', count);
});
afterEach(async () => {
  for (const thread of started.splice(0)) await thread.close();
  workers.splice(0);
});
afterAll(async () => {
  process.off('worker', count);
  await rm(models, { recursive: true });
});

/** A picture thread, and the calls of its handlers in order; `told(n)` waits for the n-th. */
function start(of = manifest) {
  const heard: string[] = [];
  const waiting: { n: number; resolve: () => void }[] = [];
  const hear = (what: string) => {
    heard.push(what);
    for (const { n, resolve } of waiting) if (heard.length >= n) resolve();
  };
  const thread = new Thread<TokenizerFacts, ToPictureThread, FromPictureThread>(
    '#picture-thread',
    { manifest: of, device: { provider: 'cpu', index: 0 } },
    {
      ready: ({ vocabulary }) => hear(`ready with ${vocabulary} codes`),
      message: ({ type, id }) => hear(`${type} ${id}`),
      died: ({ code }) => hear(code),
    },
  );
  started.push(thread);
  const told = (n: number) =>
    new Promise<void>((resolve) => {
      if (heard.length >= n) resolve();
      else waiting.push({ n, resolve });
    });
  return { thread, heard, told };
}

const job = (id: number): ToPictureThread => ({ type: 'job', id, job: { type: 'patches' } });

describe('a thread', () => {
  it('is ready first, and then answers', async () => {
    const { thread, heard, told } = start();
    expect(thread.isReady).toBe(false);
    thread.post(job(7));
    await told(2);
    expect(heard).toEqual(['ready with 50 codes', 'done 7']);
    expect(thread.isReady).toBe(true);
  });

  it('that dies is replaced: it is not ready before the new one is', async () => {
    const { thread, heard, told } = start();
    await thread.ready;
    await thread.kill();
    expect(thread.isReady).toBe(false);
    await told(3);
    expect(thread.isReady).toBe(true);
    thread.post(job(1));
    await told(4);
    expect(heard).toEqual(['ready with 50 codes', 'WORKER_DIED', 'ready with 50 codes', 'done 1']);
    expect(workers).toHaveLength(2);
  });

  it('that was never ready is not replaced, since the same weights would fail again', async () => {
    const file = join(models, 'square8', 'tokenizer.safetensors');
    await truncate(file, 1000);
    const broken = await readManifest(join(models, 'square8'));
    const worker = once(process, 'worker') as Promise<[Worker]>;
    const { thread, heard, told } = start(broken);
    const exited = worker.then(([first]) => once(first, 'exit'));
    const error = await thread.ready.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WorkerError);
    expect((error as WorkerError).message).toContain(file);
    await Promise.all([told(1), exited]);
    thread.post(job(1));
    await thread.kill();
    expect(heard).toEqual(['WORKER_UNUSABLE']);
    expect(thread.isReady).toBe(false);
    expect(workers).toHaveLength(1);
  });

  it('that the system does not start is unusable, and does not throw', async () => {
    const { thread, heard, told } = start({ ...manifest, notCloneable: () => undefined } as Manifest);
    await expect(thread.ready).rejects.toThrow('could not be cloned');
    await told(1);
    await thread.close();
    expect(heard).toEqual(['WORKER_UNUSABLE']);
    expect(workers).toEqual([]);
  });

  it('that is closed ends silently, even while it loads', async () => {
    for (const wait of [true, false]) {
      const { thread, heard } = start();
      if (wait) await thread.ready;
      await thread.close();
      expect(heard.filter((what) => what.startsWith('WORKER'))).toEqual([]);
    }
    expect(workers).toHaveLength(2);
  });
});
