import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Generation } from '../../src/generation/generation.js';
import type { GenerationRequest } from '../../src/generation/request.js';
import { readManifests, type Manifest } from '../../src/model/manifest.js';
import { Scheduler, type SchedulerOptions } from '../../src/scheduler/scheduler.js';
import { startDecodeWorker } from '../../src/worker/decode-worker.js';
import { goldenModels } from '../support/goldens/models.js';
import { square4Request } from '../support/goldens/requests.js';

/** More slots than any of these tests uses; memory that no picture touches is not allocated. */
const kvBytes = 4e8;
const maxConcurrent = 3;
let models: string;
let manifest: Manifest;
let scheduler: Scheduler;
let serial = 0;

beforeAll(async () => {
  models = await goldenModels();
  const [first] = await readManifests(models);
  if (!first) throw new Error('no model');
  manifest = first;
  scheduler = start();
  await scheduler.ready;
});
afterAll(async () => {
  await scheduler.close();
  await rm(models, { recursive: true });
});

/** A scheduler of square4 with real threads. */
function start(options: Partial<SchedulerOptions> = {}): Scheduler {
  const { grid } = manifest;
  return new Scheduler(
    { grid, kvBytes, maxQueued: 64, maxConcurrent, decodeWorkers: 1, ...options },
    (share, handlers) => startDecodeWorker({ manifest, device: { provider: 'cpu', index: 0 }, ...share }, handlers),
  );
}

function generation(more: Partial<GenerationRequest> = {}): Generation {
  return new Generation(`g${serial++}`, square4Request(more));
}

async function ended(of: Generation): Promise<Generation> {
  const events = of.log.follow();
  while (!(await events.next()).done);
  return of;
}

describe('a decode worker', () => {
  it('gives each picture of a generation the same as its seed alone', async () => {
    const together = generation({ seed: 20, count: 3, sampling: { temperature: 1, topK: 5, topP: 1 } });
    scheduler.enqueue(together, 'client');
    await ended(together);
    for (let i = 0; i < 3; i++) {
      const alone = generation({ seed: 20 + i, sampling: { temperature: 1, topK: 5, topP: 1 } });
      scheduler.enqueue(alone, 'client');
      await ended(alone);
      expect(alone.tokens[0]).toEqual(together.tokens[i]);
    }
  });
});

describe('generations decoded together', () => {
  const various = (): Generation[] => [
    generation({ seed: 30, tokensPerStep: [4, 4, 4, 4], guidance: { start: 1, end: 1, curve: 'linear', power: 1 } }),
    generation({ seed: 31, count: 3, order: { kind: 'spiral' }, sampling: { temperature: 1, topK: 5, topP: 0.9 } }),
    generation({ seed: 32, tokensPerStep: [1, 2, 3, 4, 6], order: { kind: 'raster' } }),
    generation({
      seed: 33,
      label: 4,
      known: Int32Array.from({ length: 16 }, (_, i) => (i < 6 ? i : -1)),
      tokensPerStep: [5, 5],
    }),
    generation({ seed: 34, guidance: { start: 3, end: 3, curve: 'cosine', power: 2 } }),
  ];

  it('have the same tokens as alone, whatever they are and whenever they join', async () => {
    const alone: (readonly Int32Array[])[] = [];
    for (const each of various()) {
      scheduler.enqueue(each, 'client');
      alone.push((await ended(each)).tokens);
    }
    const together = various();
    for (const [i, each] of together.entries()) {
      scheduler.enqueue(each, `client ${i}`);
      // The next one joins after this one has started.
      await each.log.follow(1).next();
    }
    await Promise.all(together.map(ended));
    expect(together.map(({ tokens }) => tokens)).toEqual(alone);
  });

  it('start at once while there is room, and do not wait for others to end', async () => {
    // Enough pictures for slow steps. They arrive together: however late the thread reads its messages, it reads them
    // in order.
    const long = generation({ seed: 40, count: 400 });
    const short = generation({ seed: 41, tokensPerStep: [8, 8] });
    for (const each of [long, short]) scheduler.enqueue(each, 'client');
    await ended(short);
    expect(long.status).toBe('running');
    expect((await ended(long)).status).toBe('completed');
  });

  it('may be cancelled before the thread has received them', async () => {
    const each = generation();
    scheduler.enqueue(each, 'client');
    scheduler.cancel(each);
    const next = generation();
    scheduler.enqueue(next, 'client');
    await ended(next);
    expect([each.status, next.status]).toEqual(['cancelled', 'completed']);
    expect(each.log.length).toBe(2);
  });

  it('release their slots when they are cancelled in the middle', async () => {
    for (let i = 0; i < 3 * maxConcurrent; i++) {
      const each = generation({ seed: i, count: 16 });
      scheduler.enqueue(each, 'client');
      await each.log.follow(2).next();
      scheduler.cancel(each);
      expect(each.status).toBe('cancelled');
    }
    const after = Array.from({ length: maxConcurrent }, () => generation());
    for (const each of after) scheduler.enqueue(each, 'client');
    expect((await Promise.all(after.map(ended))).map(({ status }) => status)).toEqual(after.map(() => 'completed'));
    expect(scheduler.running).toBe(0);
  });
});

describe('a decode worker with little KV memory', () => {
  it('has as many slots as fit, and reuses them', async () => {
    // square4: 2 layers of 33 positions of 64 numbers, keys and values: 33,792 bytes per slot.
    const small = start({ kvBytes: 5 * 33_792 });
    try {
      expect(await small.ready).toMatchObject({ kvSlots: 5, kvSlotBytes: 33_792 });
      const generations = Array.from({ length: 7 }, (_, i) => generation({ seed: i }));
      for (const each of generations) small.enqueue(each, 'client');
      // Two slots each.
      expect([small.running, small.queued]).toEqual([2, 5]);
      for (const each of generations) expect((await ended(each)).status).toBe('completed');
    } finally {
      await small.close();
    }
  });

  it('cannot be started if not even one slot fits', async () => {
    const none = start({ kvBytes: 33_791 });
    await expect(none.ready).rejects.toThrow('raise --memory');
    await none.close();
  });
});

describe('several decode workers', () => {
  const startSeveral = async (): Promise<Scheduler> => {
    const several = start({ maxConcurrent: 16, decodeWorkers: 2 });
    await several.ready;
    return several;
  };

  it('give the same tokens in any of them', async () => {
    const several = await startSeveral();
    try {
      const requests = Array.from({ length: 9 }, (_, i) => ({ seed: 60 + i, count: 1 + (i % 2) }));
      const together = requests.map((request) => generation(request));
      for (const each of together) several.enqueue(each, 'client');
      await Promise.all(together.map(ended));
      for (const [i, request] of requests.entries()) {
        const alone = generation(request);
        scheduler.enqueue(alone, 'client');
        await ended(alone);
        expect(together[i]?.tokens).toEqual(alone.tokens);
      }
      expect(several.running).toBe(0);
    } finally {
      await several.close();
    }
  });

  it('whose threads die fail what ran in them, and continue in new ones', async () => {
    const threads: Worker[] = [];
    const count = (thread: Worker) => void threads.push(thread);
    process.on('worker', count);
    const several = await startSeveral();
    try {
      // One may be nearly finished when another starts, so the threads die as soon as any has drawn something, in slow
      // steps.
      const running = Array.from({ length: 4 }, (_, i) => generation({ seed: i, count: 800 }));
      for (const each of running) several.enqueue(each, 'client');
      expect([several.running, several.queued]).toEqual([4, 0]);
      await Promise.race(running.map((each) => each.log.follow(2).next()));
      const died = threads.splice(0);
      const exits = died.map((thread) => once(thread, 'exit'));
      // A thread that exits without its owner's request counts as crashed.
      for (const thread of died) thread.postMessage({ type: 'close' });
      await Promise.all(exits);
      for (const each of running) expect((await ended(each)).error?.code).toBe('WORKER_DIED');
      const after = Array.from({ length: 4 }, () => generation());
      for (const each of after) several.enqueue(each, 'client');
      for (const each of after) expect((await ended(each)).status).toBe('completed');
      expect(threads).toHaveLength(died.length);
    } finally {
      process.off('worker', count);
      await several.close();
    }
  });
});
