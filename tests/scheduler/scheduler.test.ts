import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GenerationEvent } from '../../src/generation/event.js';
import { Generation } from '../../src/generation/generation.js';
import type { GenerationRequest } from '../../src/generation/request.js';
import { QueueFullError, type Scheduler } from '../../src/scheduler/scheduler.js';
import { square4Request } from '../support/goldens/requests.js';
import {
  scriptedScheduler,
  type ScriptedDecodeWorker,
  type ScriptedScheduler,
} from '../support/scripted-decode-worker.js';

const guided = { start: 1, end: 4, curve: 'linear', power: 1 } as const;

let serial = 0;
beforeEach(() => (serial = 0));

/** A generation with one KV slot, named g0, g1, g2 ... within a test. */
function generation(more: Partial<GenerationRequest> = {}): Generation {
  return new Generation(`g${serial++}`, square4Request({ guidance: { ...guided, end: 1 }, ...more }));
}

function enqueue(scheduler: Scheduler, count: number, client = 'client'): Generation[] {
  const generations = Array.from({ length: count }, () => generation());
  for (const each of generations) scheduler.enqueue(each, client);
  return generations;
}

/** A scheduler with one worker, which is ready. */
function oneWorker(options: Parameters<typeof scriptedScheduler>[0] = {}, kvSlots = 100): ScriptedScheduler {
  const scripted = scriptedScheduler(options);
  scripted.lone.becomeReady(kvSlots);
  return scripted;
}

/** One lone worker and two that share, all ready. */
function threeWorkers(kvSlots = 100) {
  const { workers, sharing, ...scripted } = scriptedScheduler({ decodeWorkers: 2, maxConcurrent: 16 });
  const [first, second] = sharing;
  if (!first || !second) throw new Error('two workers share');
  for (const worker of workers) worker.becomeReady(kvSlots);
  return { ...scripted, workers, first, second };
}

function slotsOf({ held }: ScriptedDecodeWorker): (readonly [string, number, number])[] {
  return [...held].map(([id, { message }]) => [id, message.slots.from, message.slots.count]);
}

const statuses = (of: readonly Generation[]) => of.map(({ status }) => status);

async function eventsOf({ log }: Generation): Promise<string[]> {
  const types: string[] = [];
  const events = log.follow();
  while (types.length < log.length) {
    const { value } = (await events.next()) as IteratorYieldResult<GenerationEvent>;
    types.push(value.type);
  }
  return types;
}

describe('the scheduler', () => {
  it('passes everything a worker reports to the generation', async () => {
    const { scheduler, lone } = oneWorker();
    const one = generation({ count: 2 });
    scheduler.enqueue(one, 'client');
    expect([one.status, scheduler.running, scheduler.queued]).toEqual(['queued', 1, 0]);
    lone.begin('g0');
    expect(one.status).toBe('running');
    lone.step('g0');
    lone.step('g0');
    expect([one.step, one.decoded, scheduler.stepsComputed]).toEqual([2, 2, 2]);
    expect([...one.tokens].map((tokens) => [...tokens.slice(0, 3)])).toEqual([
      [0, 1, -1],
      [0, 1, -1],
    ]);
    lone.end('g0');
    expect(await eventsOf(one)).toEqual(['queued', 'started', 'step', 'step', 'completed']);
    expect(scheduler.running).toBe(0);
  });

  it('reports the error of a generation, and continues with the others', () => {
    const { scheduler, lone } = oneWorker();
    const [broken, other] = enqueue(scheduler, 2);
    lone.begin('g0');
    lone.end('g0', { code: 'INTERNAL', message: 'no' });
    lone.end('g1');
    expect([broken?.error, other?.status]).toEqual([{ code: 'INTERNAL', message: 'no' }, 'completed']);
  });

  it('admits in order of arrival, the rest when one ends', () => {
    const { scheduler, lone } = oneWorker();
    enqueue(scheduler, 5);
    expect(lone.admitted).toEqual(['g0', 'g1', 'g2']);
    lone.end('g1');
    lone.end('g0');
    expect(lone.admitted).toEqual(['g0', 'g1', 'g2', 'g3', 'g4']);
  });

  it('reports how many are ahead of a generation', async () => {
    const { scheduler } = oneWorker();
    const positions = enqueue(scheduler, 6).map(async ({ log }) => {
      const { value } = (await log.follow().next()) as IteratorYieldResult<GenerationEvent>;
      return value.type === 'queued' ? value.position : undefined;
    });
    expect(await Promise.all(positions)).toEqual([0, 0, 0, 0, 1, 2]);
  });

  it('alternates between clients', () => {
    const { scheduler, lone } = oneWorker();
    enqueue(scheduler, 6, 'greedy');
    enqueue(scheduler, 1, 'modest');
    lone.end('g0');
    expect(lone.admitted.at(-1)).toBe('g6');
  });

  it('admits what fits, and the rest when slots are free again', () => {
    const { scheduler, lone } = oneWorker({}, 5);
    for (let i = 0; i < 3; i++) scheduler.enqueue(generation({ guidance: guided }), 'client');
    expect(slotsOf(lone)).toEqual([
      ['g0', 0, 2],
      ['g1', 2, 2],
    ]);
    lone.end('g0');
    expect(slotsOf(lone)).toEqual([
      ['g1', 2, 2],
      ['g2', 0, 2],
    ]);
  });

  it('admits nobody before a worker is ready', () => {
    const { scheduler, lone } = scriptedScheduler();
    enqueue(scheduler, 2);
    expect([lone.admitted, scheduler.queued]).toEqual([[], 2]);
    lone.becomeReady(10);
    expect([lone.admitted, scheduler.queued]).toEqual([['g0', 'g1'], 0]);
  });

  it('is ready when all workers are', async () => {
    const { scheduler, workers } = scriptedScheduler({ decodeWorkers: 2 });
    let isReady = false;
    const ready = scheduler.ready.then((facts) => {
      isReady = true;
      return facts;
    });
    for (const worker of workers) {
      await Promise.resolve();
      expect(isReady).toBe(false);
      worker.becomeReady(7);
    }
    expect((await ready).kvSlots).toBe(7);
  });

  it('ends all workers when it is closed', async () => {
    const { scheduler, workers } = threeWorkers();
    await scheduler.close();
    expect(workers.map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
  });
});

describe('a full queue', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'Date'] }));
  afterEach(() => vi.useRealTimers());

  function refusal(scheduler: Scheduler, refused = generation()): QueueFullError {
    try {
      scheduler.enqueue(refused, 'client');
    } catch (error) {
      if (error instanceof QueueFullError) return error;
      throw error;
    }
    throw new Error('it was not refused');
  }

  it('rejects newcomers, and leaves the others alone', () => {
    const { scheduler } = oneWorker();
    const accepted = enqueue(scheduler, 7);
    const refused = generation();
    expect(refusal(scheduler, refused)).toMatchObject({ code: 'QUEUE_FULL', waiting: 4 });
    expect(refused.log.length).toBe(0);
    expect([scheduler.queued, scheduler.running]).toEqual([4, 3]);
    expect(statuses(accepted)).toEqual(accepted.map(() => 'queued'));
  });

  it('of length 0 accepts what need not wait', () => {
    const { scheduler, lone } = oneWorker({ maxQueued: 0 }, 2);
    enqueue(scheduler, 2);
    expect(lone.admitted).toEqual(['g0', 'g1']);
    refusal(scheduler);
    lone.end('g0');
    expect(statuses(enqueue(scheduler, 1))).toEqual(['queued']);
  });

  it('says when to retry, from the time per generation and how many are ahead', () => {
    const { scheduler, lone } = oneWorker({ maxQueued: 8, maxConcurrent: 2 });
    enqueue(scheduler, 10);
    // Before the first one has ended, the estimate is one second each: ten ahead, two at a time.
    expect(refusal(scheduler).retryAfterSeconds).toBe(5);
    lone.begin('g0');
    vi.advanceTimersByTime(41_000);
    lone.end('g0');
    enqueue(scheduler, 1);
    // The estimate moves a quarter of the way to the measured time: 1 + 40 / 4 = 11 s.
    expect(refusal(scheduler).retryAfterSeconds).toBe(55);
  });

  it('measures from when decoding began, by the monotonic clock', () => {
    const { scheduler, lone } = oneWorker({ maxQueued: 2, maxConcurrent: 1 });
    enqueue(scheduler, 3);
    vi.advanceTimersByTime(60_000);
    lone.begin('g0');
    vi.advanceTimersByTime(5_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    lone.end('g0');
    enqueue(scheduler, 1);
    // 1 + 4 / 4 = 2 s each, three ahead.
    expect(refusal(scheduler).retryAfterSeconds).toBe(6);
  });

  it('ignores failed and cancelled generations, and never says 0 s', () => {
    const { scheduler, lone } = oneWorker({ maxQueued: 1, maxConcurrent: 8 }, 1);
    const [first, second] = enqueue(scheduler, 2);
    vi.advanceTimersByTime(100_000);
    lone.end('g0', { code: 'INTERNAL', message: 'no' });
    if (second) scheduler.cancel(second);
    lone.end('g1');
    expect([first?.status, second?.status]).toEqual(['failed', 'cancelled']);
    enqueue(scheduler, 2);
    expect(refusal(scheduler).retryAfterSeconds).toBe(1);
  });
});

describe('a cancelled generation', () => {
  it('is never computed if it was waiting', async () => {
    const { scheduler, lone } = oneWorker();
    const [, , , waiting] = enqueue(scheduler, 5);
    if (!waiting) throw new Error('five were queued');
    scheduler.cancel(waiting);
    expect(await eventsOf(waiting)).toEqual(['queued', 'cancelled']);
    for (const id of ['g0', 'g1', 'g2', 'g4']) lone.end(id);
    expect(lone.admitted).toEqual(['g0', 'g1', 'g2', 'g4']);
    expect(lone.cancelled).toEqual([]);
  });

  it('admits at once those that only waited behind it', () => {
    const { scheduler, lone } = oneWorker({}, 4);
    enqueue(scheduler, 1);
    const large = generation({ count: 4 });
    scheduler.enqueue(large, 'client');
    enqueue(scheduler, 1);
    expect(lone.admitted).toEqual(['g0']);
    scheduler.cancel(large);
    expect(lone.admitted).toEqual(['g0', 'g2']);
  });

  it('gets no more steps, and keeps its slots until the worker releases them', async () => {
    const { scheduler, lone } = oneWorker({}, 1);
    const [one, next] = enqueue(scheduler, 2);
    if (!one || !next) throw new Error('two were queued');
    lone.begin('g0');
    scheduler.cancel(one);
    expect(lone.cancelled).toEqual(['g0']);
    expect([one.status, scheduler.running, scheduler.queued]).toEqual(['cancelled', 0, 1]);
    // The worker has not received the cancel yet.
    lone.step('g0');
    expect(scheduler.stepsComputed).toBe(1);
    lone.end('g0');
    expect(await eventsOf(one)).toEqual(['queued', 'started', 'cancelled']);
    expect(slotsOf(lone)).toEqual([['g1', 0, 1]]);
  });

  it('is not changed by a second cancel, or one after its end', async () => {
    const { scheduler, lone } = oneWorker();
    const [one, other] = enqueue(scheduler, 2);
    if (!one || !other) throw new Error('two were queued');
    for (let i = 0; i < 2; i++) scheduler.cancel(one);
    lone.end('g1');
    scheduler.cancel(other);
    expect(await eventsOf(one)).toEqual(['queued', 'cancelled']);
    expect(await eventsOf(other)).toEqual(['queued', 'completed']);
    expect(lone.cancelled).toEqual(['g0']);
  });
});

describe('several decode workers', () => {
  it('are one lone worker, and as many sharing ones as requested', () => {
    const { scheduler, workers } = scriptedScheduler({ decodeWorkers: 2, kvBytes: 9e6 });
    expect(scheduler.decodeWorkers).toBe(3);
    expect(workers.map(({ share }) => share.kvBytes)).toEqual([3e6, 3e6, 3e6]);
    expect(scriptedScheduler({ decodeWorkers: 1, kvBytes: 9e6 }).workers.map(({ share }) => share)).toEqual([
      { kvBytes: 9e6, threads: 0 },
    ]);
  });

  it('leave a lone generation to the one with all cores, and share the others', () => {
    const { scheduler, lone, first, second } = threeWorkers();
    enqueue(scheduler, 5);
    expect([lone, first, second].map(({ admitted }) => admitted)).toEqual([['g0'], ['g1', 'g3'], ['g2', 'g4']]);
    lone.end('g0');
    enqueue(scheduler, 1);
    expect(lone.admitted).toEqual(['g0']);
    for (const id of ['g1', 'g3', 'g5']) first.end(id);
    for (const id of ['g2', 'g4']) second.end(id);
    enqueue(scheduler, 1);
    expect(lone.admitted).toEqual(['g0', 'g6']);
  });

  it('are balanced: the next generation goes where there are fewest', () => {
    const { scheduler, first, second } = threeWorkers();
    enqueue(scheduler, 7);
    expect([first.held.size, second.held.size]).toEqual([3, 3]);
    for (const id of ['g2', 'g4']) second.end(id);
    enqueue(scheduler, 2);
    expect([[...first.held.keys()], [...second.held.keys()]]).toEqual([
      ['g1', 'g3', 'g5'],
      ['g6', 'g7', 'g8'],
    ]);
  });

  it('do not wait for a full one while another has room', () => {
    const { scheduler, first, second } = threeWorkers(4);
    enqueue(scheduler, 1);
    scheduler.enqueue(generation({ count: 4 }), 'client');
    for (let i = 0; i < 2; i++) scheduler.enqueue(generation({ count: 2 }), 'client');
    expect([slotsOf(first), slotsOf(second)]).toEqual([
      [['g1', 0, 4]],
      [
        ['g2', 0, 2],
        ['g3', 2, 2],
      ],
    ]);
  });
});

describe('a decode worker that dies', () => {
  it('fails only its own generations', async () => {
    const { scheduler, lone, first, second } = threeWorkers();
    const generations = enqueue(scheduler, 5);
    first.die();
    expect(statuses(generations)).toEqual(['queued', 'failed', 'queued', 'failed', 'queued']);
    expect(generations[1]?.error).toMatchObject({ code: 'WORKER_DIED' });
    for (const id of ['g2', 'g4']) second.end(id);
    lone.end('g0');
    for (const each of generations) expect((await eventsOf(each)).length).toBe(2);
  });

  it('gets nothing until a new thread is ready, with all slots free', () => {
    const { scheduler, lone } = oneWorker({}, 3);
    enqueue(scheduler, 5);
    lone.die();
    expect([scheduler.running, scheduler.queued]).toEqual([0, 2]);
    lone.becomeReady(3);
    expect(slotsOf(lone)).toEqual([
      ['g3', 0, 1],
      ['g4', 1, 1],
    ]);
  });

  it('leaves cancelled generations cancelled', async () => {
    const { scheduler, lone } = oneWorker();
    const [one] = enqueue(scheduler, 1);
    if (!one) throw new Error('one was queued');
    scheduler.cancel(one);
    lone.die();
    expect(await eventsOf(one)).toEqual(['queued', 'cancelled']);
  });

  it('for good leaves new work to the others', () => {
    const { scheduler, lone, first, second } = threeWorkers();
    lone.die('WORKER_UNUSABLE');
    first.die('WORKER_UNUSABLE');
    const generations = enqueue(scheduler, 2);
    expect([...second.held.keys()]).toEqual(['g0', 'g1']);
    for (const id of ['g0', 'g1']) second.end(id);
    expect(statuses(generations)).toEqual(['completed', 'completed']);
  });

  it('for good as the last one fails everything that waits or arrives', () => {
    const { scheduler, lone } = scriptedScheduler();
    const waiting = enqueue(scheduler, 2);
    lone.die('WORKER_UNUSABLE');
    const later = enqueue(scheduler, 6);
    expect(statuses([...waiting, ...later])).toEqual(new Array<string>(8).fill('failed'));
    expect(later[0]?.error).toMatchObject({ code: 'WORKER_UNUSABLE' });
    expect([scheduler.queued, scheduler.running]).toEqual([0, 0]);
  });
});
