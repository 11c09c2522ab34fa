import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Generation } from '../../src/generation/generation.js';
import type { GenerationRequest } from '../../src/generation/request.js';
import { readManifests } from '../../src/model/manifest.js';
import { QueueFullError, Scheduler } from '../../src/scheduler/scheduler.js';
import { goldenModels } from '../support/goldens/models.js';
import { square4Request } from '../support/goldens/requests.js';

/** More rows than any test of these uses; memory that no picture touches is not taken. */
const kvBytes = 4e8;
const maxQueued = 4;
const maxConcurrent = 3;
let models: string;
let scheduler: Scheduler;
let serial = 0;

beforeAll(async () => {
  models = await goldenModels();
  const [manifest] = await readManifests(models);
  if (!manifest) throw new Error('no model');
  scheduler = new Scheduler(
    { manifest, device: { provider: 'cpu', index: 0 }, kvBytes },
    { maxQueued, maxConcurrent, decoders: 1 },
  );
  await scheduler.ready;
});
afterAll(async () => {
  await scheduler.close();
  await rm(models, { recursive: true });
});

function generation(more: Partial<GenerationRequest> = {}): Generation {
  return new Generation(`g${serial++}`, square4Request(more));
}

async function ended(of: Generation): Promise<Generation> {
  const events = of.log.follow();
  while (!(await events.next()).done);
  return of;
}

describe('the scheduler', () => {
  it('runs what is queued, first come first served', async () => {
    const order: string[] = [];
    const generations = [generation(), generation(), generation()];
    const ends = generations.map(async (each) => order.push((await ended(each)).id));
    for (const each of generations) scheduler.enqueue(each, 'client');
    expect(scheduler.running + scheduler.queued).toBe(3);
    await Promise.all(ends);
    expect(order).toEqual(generations.map(({ id }) => id));
    expect(generations.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  });

  it('says how many wait before a generation', async () => {
    const generations = Array.from({ length: maxConcurrent + 3 }, () => generation());
    for (const each of generations) scheduler.enqueue(each, 'client');
    const positions = generations.map(async (each) => {
      const { value } = (await each.log.follow().next()) as IteratorYieldResult<{ type: string; position?: number }>;
      return value.position;
    });
    expect(await Promise.all(positions)).toEqual([0, 0, 0, 0, 1, 2]);
    await Promise.all(generations.map(ended));
  });

  it('refuses what the queue has no room for, and leaves the rest alone', async () => {
    const accepted = Array.from({ length: maxConcurrent + maxQueued }, () => generation());
    for (const each of accepted) scheduler.enqueue(each, 'client');
    const refused = generation();
    expect(() => scheduler.enqueue(refused, 'client')).toThrow(QueueFullError);
    expect(refused.log.length).toBe(0);
    await Promise.all(accepted.map(ended));
    expect(accepted.every(({ status }) => status === 'completed')).toBe(true);
  });

  it('fails what a dying worker was working on, replaces the worker and goes on with the rest', async () => {
    // Pictures enough for a step to last: the worker is to die in the middle, however late this thread hears of a step.
    const running = generation({ count: 400 });
    const others = Array.from({ length: maxConcurrent - 1 }, () => generation({ count: 400 }));
    const waiting = generation();
    const started = new Promise<void>((resolve) => {
      void (async () => {
        for await (const event of running.log.follow()) if (event.type === 'step') resolve();
      })();
    });
    for (const each of [running, ...others, waiting]) scheduler.enqueue(each, 'client');
    await started;
    await scheduler.kill();
    for (const each of [running, ...others]) expect((await ended(each)).status).toBe('failed');
    expect(running.error).toMatchObject({ code: 'WORKER_DIED' });
    expect(running.error?.message).toContain('died');
    expect((await ended(waiting)).status).toBe('completed');
    const next = generation();
    scheduler.enqueue(next, 'client');
    expect((await ended(next)).status).toBe('completed');
  });

  it('computes no step for a generation that was cancelled while it waited', async () => {
    const running = Array.from({ length: maxConcurrent }, () => generation());
    const [waiting, last] = [generation(), generation()];
    const before = scheduler.stepsComputed;
    for (const each of [...running, waiting, last]) scheduler.enqueue(each, 'client');
    scheduler.cancel(waiting);
    await Promise.all([...running, waiting, last].map(ended));
    expect(waiting.status).toBe('cancelled');
    expect(scheduler.stepsComputed - before).toBe(16 * (maxConcurrent + 1));
  });

  it('gives each picture of a generation what its seed gives alone', async () => {
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

describe('generations that are decoded together', () => {
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

  it('come to the tokens that each comes to alone, whatever they are and whenever they join', async () => {
    const alone: (readonly Int32Array[])[] = [];
    for (const each of various()) {
      scheduler.enqueue(each, 'client');
      alone.push((await ended(each)).tokens);
    }
    const together = various();
    for (const [i, each] of together.entries()) {
      scheduler.enqueue(each, `client ${i}`);
      // The next one joins when this one has begun.
      await each.log.follow(1).next();
    }
    await Promise.all(together.map(ended));
    expect(together.map(({ tokens }) => tokens)).toEqual(alone);
  });

  it('begin at once while there is room, and do not wait for the end of others', async () => {
    // Pictures enough for a step to last. They come at once: whatever this thread hears late, it hears in order.
    const long = generation({ seed: 40, count: 400 });
    const short = generation({ seed: 41, tokensPerStep: [8, 8] });
    for (const each of [long, short]) scheduler.enqueue(each, 'client');
    await ended(short);
    expect(long.status).toBe('running');
    expect((await ended(long)).status).toBe('completed');
  });

  it('are let in by turns between clients, each one first come first served', async () => {
    const begun: string[] = [];
    const many = Array.from({ length: 6 }, (_, i) => generation({ seed: i }));
    const few = generation({ seed: 9 });
    const starts = [...many, few].map(async (each) => {
      await each.log.follow(1).next();
      begun.push(each.id);
    });
    for (const each of many) scheduler.enqueue(each, 'greedy');
    scheduler.enqueue(few, 'modest');
    await Promise.all([...starts, ...[...many, few].map(ended)]);
    expect(begun.filter((id) => id !== few.id)).toEqual(many.map(({ id }) => id));
    // All of the greedy client's that came before filled the room; the modest one's is the next to get any.
    expect(begun.indexOf(few.id)).toBe(maxConcurrent);
  });

  it('may be cancelled before the thread has heard of them', async () => {
    const each = generation();
    scheduler.enqueue(each, 'client');
    scheduler.cancel(each);
    const next = generation();
    scheduler.enqueue(next, 'client');
    await ended(next);
    expect([each.status, next.status]).toEqual(['cancelled', 'completed']);
    expect(each.log.length).toBe(2);
  });

  it('give their rows back when they are cancelled in the middle', async () => {
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

describe('a scheduler with little KV memory', () => {
  it('lets in what fits, and the rest when rows are free again', async () => {
    const [manifest] = await readManifests(models);
    if (!manifest) throw new Error('no model');
    // square4: 2 layers of 33 positions of 64 numbers, keys and values: 33,792 bytes a row.
    const data = { manifest, device: { provider: 'cpu', index: 0 }, kvBytes: 5 * 33_792 } as const;
    const small = new Scheduler(data, { maxQueued, maxConcurrent, decoders: 1 });
    try {
      expect(await small.ready).toMatchObject({ kvRows: 5, kvRowBytes: 33_792 });
      const [first, second, third] = [generation(), generation(), generation({ seed: 2 })];
      for (const each of [first, second, third]) small.enqueue(each, 'client');
      // Two rows each.
      expect([small.running, small.queued]).toEqual([2, 1]);
      expect((await Promise.all([first, second, third].map(ended))).map(({ status }) => status)).toEqual([
        'completed',
        'completed',
        'completed',
      ]);
    } finally {
      await small.close();
    }
  });

  it('cannot be started where not even one row fits', async () => {
    const [manifest] = await readManifests(models);
    if (!manifest) throw new Error('no model');
    const data = { manifest, device: { provider: 'cpu', index: 0 }, kvBytes: 33_791 } as const;
    const none = new Scheduler(data, { maxQueued, maxConcurrent, decoders: 1 });
    await expect(none.ready).rejects.toThrow('give it more memory (--memory)');
    await none.close();
  });
});

describe('a scheduler with several decode threads', () => {
  const start = async () => {
    const [manifest] = await readManifests(models);
    if (!manifest) throw new Error('no model');
    const data = { manifest, device: { provider: 'cpu', index: 0 }, kvBytes } as const;
    const several = new Scheduler(data, { maxQueued: 64, maxConcurrent: 16, decoders: 2 });
    await several.ready;
    return several;
  };

  it('comes to the same tokens in whichever of them', async () => {
    const several = await start();
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

  it('gives each its share of the KV memory', async () => {
    const several = await start();
    // One for a generation that is alone, two that share.
    expect(several.threads).toBe(3);
    expect((await several.ready).kvRows).toBe(Math.floor(kvBytes / 3 / 33_792));
    await several.close();
  });

  it('fails what ran in them when they die, and goes on in new ones', async () => {
    const several = await start();
    try {
      // One may be near its end when another begins: they die as soon as any has drawn something, in long steps.
      const running = Array.from({ length: 4 }, (_, i) => generation({ seed: i, count: 800 }));
      for (const each of running) several.enqueue(each, 'client');
      expect([several.running, several.queued]).toEqual([4, 0]);
      await Promise.race(running.map((each) => each.log.follow(2).next()));
      await several.kill();
      for (const each of running) expect((await ended(each)).error?.code).toBe('WORKER_DIED');
      const after = Array.from({ length: 4 }, () => generation());
      for (const each of after) several.enqueue(each, 'client');
      expect((await Promise.all(after.map(ended))).map(({ status }) => status)).toEqual(after.map(() => 'completed'));
    } finally {
      await several.close();
    }
  });
});
