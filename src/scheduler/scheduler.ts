import { availableParallelism } from 'node:os';
import type { DecodedCells } from '../decoding/decoding.js';
import type { Grid } from '../decoding/grid.js';
import type { Generation } from '../generation/generation.js';
import type { DecodeWorker, DecodeWorkerHandlers } from '../worker/decode-worker.js';
import type { DecodeThreadData, FromDecodeThread, ThreadError, TransformerFacts } from '../worker/protocol.js';
import type { WorkerError } from '../worker/thread.js';
import {
  nextAdmission,
  waitingAfter,
  type Admission,
  type Capacity,
  type DecodeWorkers,
  type Running,
  type Waiting,
} from './admission.js';
import { admitMessage } from './admit-message.js';
import { kvSlotsNeeded } from './kv-slots.js';

/** The queue is full; a retry makes sense after `retryAfterSeconds`. */
export class QueueFullError extends Error {
  readonly code = 'QUEUE_FULL';
  override readonly name = 'QueueFullError';

  constructor(
    readonly waiting: number,
    readonly retryAfterSeconds: number,
  ) {
    super(`the queue is full (${waiting} waiting); try again in ${retryAfterSeconds} s`);
  }
}

export interface SchedulerOptions {
  /** The model's own grid: a picture of this size takes one KV slot per sequence. */
  readonly grid: Grid;
  /** Bytes of KV memory, divided between the decode workers. */
  readonly kvBytes: number;
  /** Maximum number of queued generations. */
  readonly maxQueued: number;
  /** Maximum number of generations decoded at once, if enough KV slots are free. */
  readonly maxConcurrent: number;
  /** Workers that share several generations. With 1, a single worker takes all generations. */
  readonly decodeWorkers: number;
}

/** Starts a decode worker with its share of the machine. */
export type StartDecodeWorker = (
  share: Pick<DecodeThreadData, 'kvBytes' | 'threads'>,
  handlers: DecodeWorkerHandlers,
) => DecodeWorker;

interface ScheduledWorker extends Capacity {
  readonly thread: DecodeWorker;
  kvSlots: number;
  /** Why it cannot be used any more. */
  unusable?: WorkerError;
}

interface QueueEntry extends Waiting {
  readonly generation: Generation;
}

interface Decoding extends Running<ScheduledWorker> {
  readonly generation: Generation;
  /** When decoding began, by the monotonic clock. */
  beganMs: number;
}

/**
 * Schedules the generations of a model: holds the queue, hands generations to decode workers, and applies their
 * results.
 *
 * A step of a small model is hundreds of tiny matmuls; threads that share one step spend their time waiting for each
 * other. So a lone generation gets a worker with all cores, and several are spread over workers with one or a few cores
 * each. The matmuls of a large model fill all cores, and its weights are better read once than by several workers.
 */
export class Scheduler {
  readonly #workers: DecodeWorkers<ScheduledWorker>;
  #waiting: readonly QueueEntry[] = [];
  /** By id. Cancelled ones stay until the worker has released their slots. */
  readonly #running = new Map<string, Decoding>();
  #stepsComputed = 0;
  #secondsPerGeneration = 1;

  constructor(
    readonly options: SchedulerOptions,
    start: StartDecodeWorker,
  ) {
    const { decodeWorkers, kvBytes } = options;
    const sharing = decodeWorkers > 1 ? decodeWorkers : 0;
    const share = kvBytes / (1 + sharing);
    const begin = (threads: number): ScheduledWorker => {
      const scheduled: ScheduledWorker = {
        kvSlots: 0,
        thread: start(
          { kvBytes: share, threads },
          {
            ready: ({ kvSlots }) => {
              scheduled.kvSlots = kvSlots;
              this.#admit();
            },
            message: (message) => this.#apply(message),
            died: (error) => this.#fail(scheduled, error),
          },
        ),
      };
      return scheduled;
    };
    const threadsEach = Math.max(1, Math.floor(availableParallelism() / decodeWorkers));
    this.#workers = {
      lone: begin(0),
      sharing: Array.from({ length: sharing }, () => begin(threadsEach)),
    };
  }

  /** Resolves when all workers are ready. `kvSlots` are those of one worker, the most a generation can use. */
  get ready(): Promise<TransformerFacts> {
    const { lone, sharing } = this.#workers;
    return Promise.all([lone.thread.ready, ...sharing.map(({ thread }) => thread.ready)]).then(([facts]) => facts);
  }

  /** The number of decode workers, each with its own KV memory. */
  get decodeWorkers(): number {
    return this.#allWorkers.length;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#decoding.length;
  }

  /** Since the start, including cancelled generations. */
  get stepsComputed(): number {
    return this.#stepsComputed;
  }

  /**
   * @param client Identifies the client, since the queue is fair between clients.
   * @throws QueueFullError; the generation is unchanged then.
   */
  enqueue(generation: Generation, client: string): void {
    const position = this.queued;
    const kvSlots = kvSlotsNeeded(generation.request, this.options.grid);
    const entry: QueueEntry = { generation, client, kvSlots, passedBy: 0 };
    if (position >= this.options.maxQueued && !this.#hasRoomFor(entry)) {
      throw new QueueFullError(position, this.#secondsUntilRoom());
    }
    this.#waiting = [...this.#waiting, entry];
    generation.apply({ type: 'queued', position });
    this.#admit();
  }

  /** No effect if the generation is not queued or running here. */
  cancel(generation: Generation): void {
    const running = this.#unfinished(generation.id);
    const others = this.#waiting.filter((entry) => entry.generation !== generation);
    if (running) running.worker.thread.cancel(generation.id);
    else if (others.length === this.queued) return;
    this.#waiting = others;
    generation.apply({ type: 'cancelled' });
    // It may have been the only one that held up the others.
    if (!running) this.#admit();
  }

  /** All queued and running generations. */
  get unfinished(): readonly Generation[] {
    return [...this.#decoding, ...this.#waiting.map(({ generation }) => generation)];
  }

  async close(): Promise<void> {
    await Promise.all(this.#allWorkers.map(({ thread }) => thread.close()));
  }

  get #allWorkers(): readonly ScheduledWorker[] {
    return [this.#workers.lone, ...this.#workers.sharing];
  }

  get #decoding(): Generation[] {
    return [...this.#running.values()].flatMap(({ generation }) => (generation.isFinished ? [] : [generation]));
  }

  #next(waiting: readonly QueueEntry[]): Admission<QueueEntry, ScheduledWorker> | undefined {
    const running = [...this.#running.values()];
    const { maxConcurrent } = this.options;
    return nextAdmission({ waiting, running, workers: this.#workers, maxConcurrent });
  }

  /** With nobody waiting and room to run, a newcomer does not need a place in the queue. */
  #hasRoomFor(entry: QueueEntry): boolean {
    return this.queued === 0 && this.#next([entry]) !== undefined;
  }

  #secondsUntilRoom(): number {
    const ahead = (this.queued + this.#running.size) / this.options.maxConcurrent;
    return Math.max(1, Math.ceil(this.#secondsPerGeneration * ahead));
  }

  /** Admits everyone there is room for. If no worker can ever run again, all fail. */
  #admit(): void {
    const lost = this.#allWorkers.every(({ unusable }) => unusable) ? this.#workers.lone.unusable : undefined;
    if (lost) {
      for (const { generation } of this.#waiting) failed(generation, lost);
      this.#waiting = [];
      return;
    }
    for (let next = this.#next(this.#waiting); next; next = this.#next(this.#waiting)) {
      const { entry, worker, slots } = next;
      const { generation, client } = entry;
      this.#waiting = waitingAfter(this.#waiting, next);
      this.#running.set(generation.id, { generation, client, worker, slots, beganMs: performance.now() });
      worker.thread.admit(admitMessage(generation, slots));
    }
  }

  #apply(message: FromDecodeThread): void {
    switch (message.type) {
      case 'started': {
        const running = this.#unfinished(message.id);
        if (!running) return;
        running.beganMs = performance.now();
        running.generation.apply({ type: 'started' });
        return;
      }
      case 'stepped':
        this.#stepsComputed += message.steps.length;
        for (const { id, images } of message.steps) {
          const running = this.#unfinished(id);
          if (running) applyStep(running.generation, images);
        }
        return;
      case 'ended': {
        const running = this.#running.get(message.id);
        if (!running) return;
        this.#running.delete(message.id);
        if (!running.generation.isFinished) this.#end(running, message.error);
        this.#admit();
      }
    }
  }

  /** Undefined for a cancelled generation, which the worker may still report on. */
  #unfinished(id: string): Decoding | undefined {
    const running = this.#running.get(id);
    return running?.generation.isFinished === false ? running : undefined;
  }

  #end({ generation, beganMs }: Decoding, error: ThreadError | undefined): void {
    if (error) {
      generation.apply({ type: 'failed', error });
      return;
    }
    const seconds = (performance.now() - beganMs) / 1000;
    this.#secondsPerGeneration += (seconds - this.#secondsPerGeneration) / 4;
    generation.apply({ type: 'completed' });
  }

  /** Fails what this worker was decoding; if it was the last one and is not replaced, all others fail, too. */
  #fail(worker: ScheduledWorker, error: WorkerError): void {
    worker.kvSlots = 0;
    if (error.code === 'WORKER_UNUSABLE') worker.unusable = error;
    for (const { generation, worker: its } of [...this.#running.values()]) {
      if (its !== worker) continue;
      this.#running.delete(generation.id);
      if (!generation.isFinished) failed(generation, error);
    }
    this.#admit();
  }
}

function failed(generation: Generation, { code, message }: WorkerError): void {
  generation.apply({ type: 'failed', error: { code, message } });
}

function applyStep(generation: Generation, images: readonly DecodedCells[]): void {
  generation.apply({
    type: 'step',
    step: generation.step + 1,
    images: images.map((image) => ({ ...image, decoded: generation.decoded + image.positions.length })),
  });
}
