import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GenerationEvent } from '../../src/generation/event.js';
import { Generation } from '../../src/generation/generation.js';
import { QueueFullError } from '../../src/scheduler/scheduler.js';
import { square4Request } from '../support/goldens/requests.js';
import {
  scriptedScheduler,
  type ScriptedDecodeWorker,
  type ScriptedScheduler,
} from '../support/scripted-decode-worker.js';

const mostPassing = 8;
const maxConcurrent = 5;
const maxQueued = 12;
/** Exactly as many as the largest generation below needs. */
const kvSlots = 6;

type Action =
  | { readonly type: 'arrive'; readonly client: string; readonly slots: number }
  | {
      readonly type: 'begin' | 'step' | 'end' | 'fail' | 'cancel' | 'die' | 'dieForGood' | 'revive';
      readonly which: number;
    };

const which = fc.nat(1000);
const of = (type: Exclude<Action['type'], 'arrive'>) => fc.record({ type: fc.constant(type), which });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('arrive' as const),
      client: fc.constantFrom('a', 'b', 'c', 'd'),
      slots: fc.constantFrom(1, 1, 1, 2, 3, kvSlots),
    }),
  },
  { weight: 6, arbitrary: of('end') },
  { weight: 2, arbitrary: of('step') },
  { weight: 2, arbitrary: of('begin') },
  { weight: 2, arbitrary: of('cancel') },
  { weight: 2, arbitrary: of('revive') },
  { weight: 1, arbitrary: of('fail') },
  { weight: 1, arbitrary: of('die') },
  { weight: 1, arbitrary: of('dieForGood') },
);

interface Known {
  readonly generation: Generation;
  readonly client: string;
  readonly slots: number;
  overtakenBy: number;
}

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % Math.max(1, items.length)];
}

/**
 * A simple model of the expected behaviour, slot by slot and generation by generation, to compare with the scheduler.
 */
class Model {
  readonly all: Known[] = [];
  waiting: Known[] = [];
  /** The workers that hold their slots, cancelled or not. */
  readonly holders = new Map<Known, ScriptedDecodeWorker>();
  readonly lost = new Set<ScriptedDecodeWorker>();

  constructor(readonly scripted: ScriptedScheduler) {
    for (const worker of scripted.workers) worker.onAdmit = (id) => this.#admitted(id, worker);
  }

  perform(step: Action): void {
    const { workers } = this.scripted;
    switch (step.type) {
      case 'arrive':
        this.#arrive(step.client, step.slots);
        return;
      case 'begin':
      case 'step':
      case 'end':
      case 'fail':
        this.#speak(step.type, step.which);
        return;
      case 'cancel': {
        const known = pick(this.all, step.which);
        if (!known) return;
        this.waiting = this.waiting.filter((each) => each !== known);
        this.scripted.scheduler.cancel(known.generation);
        return;
      }
      case 'die':
      case 'dieForGood': {
        const worker = pick(workers, step.which);
        if (worker && !this.lost.has(worker)) this.#die(worker, step.type === 'dieForGood');
        return;
      }
      case 'revive': {
        const worker = pick(
          workers.filter((each) => each.kvSlots === 0 && !this.lost.has(each)),
          step.which,
        );
        worker?.becomeReady(kvSlots);
      }
    }
  }

  #arrive(client: string, slots: number): void {
    const guidance = { start: 1, end: 1, curve: 'linear', power: 1 } as const;
    const generation = new Generation(`g${this.all.length}`, square4Request({ count: slots, guidance }));
    const known = { generation, client, slots, overtakenBy: 0 };
    const mayWait = this.waiting.length < maxQueued;
    this.all.push(known);
    this.waiting.push(known);
    try {
      this.scripted.scheduler.enqueue(generation, client);
      if (this.lost.size === this.scripted.workers.length) this.waiting = [];
    } catch (error) {
      expect(error).toBeInstanceOf(QueueFullError);
      expect([mayWait, generation.log.length]).toEqual([false, 0]);
      this.all.pop();
      this.waiting.pop();
    }
  }

  #speak(type: 'begin' | 'step' | 'end' | 'fail', index: number): void {
    const holding = pick([...this.holders], index);
    if (!holding) return;
    const [known, worker] = holding;
    const { id, status } = known.generation;
    if (type === 'begin') {
      if (status === 'queued') worker.begin(id);
    } else if (type === 'step') {
      if (status !== 'queued' && known.generation.step < known.generation.totalSteps) worker.step(id);
    } else {
      this.holders.delete(known);
      worker.end(id, type === 'fail' ? { code: 'INTERNAL', message: 'the script says so' } : undefined);
    }
  }

  #die(worker: ScriptedDecodeWorker, forGood: boolean): void {
    if (forGood) this.lost.add(worker);
    const held = [...this.holders].flatMap(([known, its]) => (its === worker ? [known] : []));
    for (const known of held) this.holders.delete(known);
    if (this.lost.size === this.scripted.workers.length) this.waiting = [];
    worker.die(forGood ? 'WORKER_UNUSABLE' : 'WORKER_DIED');
    for (const { generation } of held) expect(['failed', 'cancelled']).toContain(generation.status);
  }

  /** Called before the slots are taken, when nobody whose turn was earlier could be admitted. */
  #admitted(id: string, worker: ScriptedDecodeWorker): void {
    expect(this.holders.size).toBeLessThan(maxConcurrent);
    const heads = this.#inTurn();
    const at = heads.findIndex(({ generation }) => generation.id === id);
    const known = heads[at];
    if (!known) throw new Error(`${id} was let in, and is not the first of its client's that wait`);
    const [best] = this.#placesFor(known);
    expect(this.#burden(worker)).toBe(best && this.#burden(best));
    expect(this.#placesFor(known).includes(worker)).toBe(true);
    for (const overtaken of heads.slice(0, at)) {
      expect(this.#placesFor(overtaken)).toHaveLength(0);
      overtaken.overtakenBy++;
      expect(overtaken.overtakenBy).toBeLessThanOrEqual(mostPassing);
    }
    this.waiting = this.waiting.filter((each) => each !== known);
    this.holders.set(known, worker);
  }

  /** Each client's first waiting generation: clients that hold the least first, then in order of arrival. */
  #inTurn(): Known[] {
    const heads = this.waiting.filter((known) => this.waiting.find(({ client }) => client === known.client) === known);
    const holds = (client: string) =>
      [...this.holders.keys()].reduce((sum, each) => sum + (each.client === client ? each.slots : 0), 0);
    return heads
      .map((known, at) => ({ known, at, holds: holds(known.client) }))
      .sort((a, b) => a.holds - b.holds || a.at - b.at)
      .map(({ known }) => known);
  }

  #burden(worker: ScriptedDecodeWorker): number {
    return [...this.holders.values()].filter((each) => each === worker).length;
  }

  /** The workers that may take it and have slots for it, best first. */
  #placesFor({ slots }: Known): ScriptedDecodeWorker[] {
    const { lone, sharing } = this.scripted;
    const hasRoom = ({ held, kvSlots: total }: ScriptedDecodeWorker) => {
      const isFree = new Array<boolean>(total).fill(true);
      for (const { message } of held.values()) {
        isFree.fill(false, message.slots.from, message.slots.from + message.slots.count);
      }
      return isFree.some((_, from) => from + slots <= total && isFree.slice(from, from + slots).every(Boolean));
    };
    if (sharing.length === 0) return [lone].filter(hasRoom);
    if (this.holders.size === 0 && hasRoom(lone)) return [lone];
    return sharing.filter(hasRoom).sort((a, b) => this.#burden(a) - this.#burden(b));
  }

  check(): void {
    const { scheduler } = this.scripted;
    expect(scheduler.queued).toBe(this.waiting.length);
    expect(scheduler.running).toBe([...this.holders.keys()].filter((known) => !known.generation.isFinished).length);
    // Nobody waits while there is room.
    if (this.holders.size >= maxConcurrent) return;
    for (const known of this.#inTurn()) {
      expect(this.#placesFor(known)).toHaveLength(0);
      if (known.overtakenBy === mostPassing) return;
    }
  }

  /** Restarts all workers that can be, and finishes everything they get. */
  finishAll(): void {
    for (const worker of this.scripted.workers) {
      if (worker.kvSlots === 0 && !this.lost.has(worker)) worker.becomeReady(kvSlots);
    }
    while (this.holders.size > 0) {
      this.#speak('end', 0);
      this.check();
    }
  }
}

async function terminalEvents({ log }: Generation): Promise<{ count: number; isLast: boolean }> {
  const events = log.follow();
  const types: GenerationEvent['type'][] = [];
  while (types.length < log.length) {
    types.push(((await events.next()) as IteratorYieldResult<GenerationEvent>).value.type);
  }
  const isTerminal = (type: string) => ['completed', 'failed', 'cancelled'].includes(type);
  return { count: types.filter(isTerminal).length, isLast: isTerminal(types.at(-1) ?? '') };
}

describe('the scheduler with any sequence of operations', () => {
  it.each([1, 2, 3])(
    'lends no slot twice, is fair, leaves nobody waiting where there is room, and ends each once: decodeWorkers %i',
    async (decodeWorkers) => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 80, size: 'max' }), async (actions) => {
          const model = new Model(scriptedScheduler({ maxQueued, maxConcurrent, decodeWorkers }));
          for (const each of actions) {
            model.perform(each);
            model.check();
          }
          model.finishAll();
          expect(model.waiting).toHaveLength(0);
          expect([model.scripted.scheduler.running, model.scripted.scheduler.queued]).toEqual([0, 0]);
          for (const { generation } of model.all) {
            expect(await terminalEvents(generation)).toEqual({ count: 1, isLast: true });
          }
        }),
      );
    },
  );
});
