import type { DecodeWorker, DecodeWorkerHandlers } from '../../src/worker/decode-worker.js';
import type { AdmitMessage, KvSlots, ThreadError, TransformerFacts } from '../../src/worker/protocol.js';
import { WorkerError } from '../../src/worker/thread.js';
import { Scheduler, type SchedulerOptions, type StartDecodeWorker } from '../../src/scheduler/scheduler.js';

interface Held {
  readonly message: AdmitMessage;
  decoded: number;
}

/**
 * A decode worker without a thread: the test decides when it is ready, what it decodes and when it dies. It throws if
 * the scheduler asks for something that is not allowed.
 */
export class ScriptedDecodeWorker implements DecodeWorker {
  /** By id, until the worker reports that they have ended. */
  readonly held = new Map<string, Held>();
  /** Ids in order of arrival. */
  readonly admitted: string[] = [];
  readonly cancelled: string[] = [];
  readonly ready: Promise<TransformerFacts>;
  /** 0 while it cannot work. */
  kvSlots = 0;
  isClosed = false;
  onAdmit: (id: string) => void = () => undefined;
  #resolveReady: (facts: TransformerFacts) => void = () => undefined;

  constructor(
    readonly share: Parameters<StartDecodeWorker>[0],
    readonly handlers: DecodeWorkerHandlers,
  ) {
    this.ready = new Promise((resolve) => (this.#resolveReady = resolve));
  }

  admit(message: AdmitMessage): void {
    const { id, slots } = message;
    const end = slots.from + slots.count;
    if (end > this.kvSlots) throw new Error(`${id} was given slots up to ${end}, there are ${this.kvSlots}`);
    for (const [other, { message: its }] of this.held) {
      if (overlap(its.slots, slots)) throw new Error(`${id} and ${other} were given the same KV slots`);
    }
    this.onAdmit(id);
    this.held.set(id, { message, decoded: 0 });
    this.admitted.push(id);
  }

  cancel(id: string): void {
    if (!this.held.has(id)) throw new Error(`${id} is not here to be cancelled`);
    this.cancelled.push(id);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  becomeReady(kvSlots: number): void {
    this.kvSlots = kvSlots;
    const facts = factsOf(kvSlots);
    this.#resolveReady(facts);
    this.handlers.ready(facts);
  }

  begin(id: string): void {
    this.handlers.message({ type: 'started', id });
  }

  /** One run that decodes the next cell of every picture of these generations. */
  step(...ids: readonly string[]): void {
    const steps = ids.map((id) => {
      const held = this.held.get(id);
      if (!held) throw new Error(`${id} is not here`);
      const cell = held.decoded++;
      const images = held.message.request.pictures.map(() => ({
        positions: Int32Array.of(cell),
        tokens: Int32Array.of(cell),
        probabilities: Float32Array.of(1),
      }));
      return { id, images };
    });
    this.handlers.message({ type: 'stepped', steps });
  }

  /** Reports that a generation has ended: finished, cancelled, or failed with the error. */
  end(id: string, error?: ThreadError): void {
    this.held.delete(id);
    this.handlers.message({ type: 'ended', id, ...(error ? { error } : {}) });
  }

  /** Dies and is being replaced; `becomeReady` is the replacement's first message. */
  die(code = 'WORKER_DIED'): void {
    this.held.clear();
    this.kvSlots = 0;
    this.handlers.died(new WorkerError(code, `the script says ${code}`));
  }
}

export interface ScriptedScheduler {
  readonly scheduler: Scheduler;
  readonly lone: ScriptedDecodeWorker;
  readonly sharing: readonly ScriptedDecodeWorker[];
  readonly workers: readonly ScriptedDecodeWorker[];
}

/** A scheduler of the golden model square4 with scripted workers; none is ready yet. */
export function scriptedScheduler(options: Partial<SchedulerOptions> = {}): ScriptedScheduler {
  const workers: ScriptedDecodeWorker[] = [];
  const scheduler = new Scheduler(
    { grid: { width: 4, height: 4 }, kvBytes: 1e6, maxQueued: 4, maxConcurrent: 3, decodeWorkers: 1, ...options },
    (share, handlers) => {
      const worker = new ScriptedDecodeWorker(share, handlers);
      workers.push(worker);
      return worker;
    },
  );
  const lone = workers.find(({ share }) => share.threads === 0);
  if (!lone) throw new Error('no worker has all cores');
  return { scheduler, lone, sharing: workers.filter((worker) => worker !== lone), workers };
}

function overlap(one: KvSlots, other: KvSlots): boolean {
  return one.from < other.from + other.count && other.from < one.from + one.count;
}

function factsOf(kvSlots: number): TransformerFacts {
  const shape = { dimension: 64, layers: 2, heads: 4, headDimension: 16, vocabulary: 50, classes: 5, parameters: 1e5 };
  return { shape, precision: 'fp32', weightBytes: 1, kvSlots, kvSlotBytes: 33_792 };
}
