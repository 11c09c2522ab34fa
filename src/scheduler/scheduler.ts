import { availableParallelism } from 'node:os';
import type { DecodedCells } from '../decoding/decoding.js';
import type { Generation } from '../generation/generation.js';
import type { DecodeThreadData, FromDecodeThread, KvRows, ThreadError, TransformerFacts } from '../worker/protocol.js';
import type { WorkerError } from '../worker/thread.js';
import { Decoder } from './decoder.js';
import { FairQueue } from './fair-queue.js';
import { kvRowsOf } from './kv-rows.js';

/** The queue takes no more; it is worth coming back after `retryAfterSeconds`. */
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
  /** How many generations may wait. */
  readonly maxQueued: number;
  /** How many may be decoded at once, where their KV rows fit. */
  readonly maxConcurrent: number;
  /** Threads that share generations as soon as there are several; with 1, the thread of a lonely one has them all. */
  readonly decoders: number;
}

interface Running {
  readonly generation: Generation;
  readonly client: string;
  readonly decoder: Decoder;
  readonly rows: KvRows;
}

/**
 * Who decodes with a model: a queue, the threads that decode, the rows of their KV memory, and what comes back.
 *
 * A small model's step is many small products, which threads of one step wait for each other to end. So a generation that
 * is alone is computed by all cores, and several are shared out to threads with a core or some each, which wait for
 * nobody. A large model's products fill all cores, and its weights are better read once than by several threads.
 */
export class Scheduler {
  /** For a generation that comes while nothing runs. */
  readonly #lonely: Decoder;
  readonly #sharing: readonly Decoder[];
  readonly #waiting = new FairQueue<Generation>();
  /** By id. Cancelled ones stay until the thread has let go of their rows. */
  readonly #running = new Map<string, Running>();
  /** Those that will not come back, and why. */
  readonly #unusable = new Map<Decoder, WorkerError>();
  #stepsComputed = 0;
  #secondsPerGeneration = 1;

  /** @param data whose KV memory is shared out to the threads */
  constructor(
    readonly data: Omit<DecodeThreadData, 'threads'>,
    readonly options: SchedulerOptions,
  ) {
    const { decoders } = options;
    const kvBytes = data.kvBytes / (decoders > 1 ? decoders + 1 : 1);
    const start = (threads: number): Decoder => {
      const decoder: Decoder = new Decoder(
        { ...data, kvBytes, threads },
        {
          ready: () => this.#admit(),
          message: (message) => this.#apply(message),
          died: (error) => this.#fail(decoder, error),
        },
      );
      return decoder;
    };
    this.#lonely = start(0);
    const each = Math.max(1, Math.floor(availableParallelism() / decoders));
    this.#sharing = decoders > 1 ? Array.from({ length: decoders }, () => start(each)) : [];
  }

  /** Settles when all threads can work. KV rows are those of one thread, the most that a generation can have. */
  get ready(): Promise<TransformerFacts> {
    return Promise.all([...this.#sharing, this.#lonely].map((decoder) => decoder.ready)).then(
      (facts) => facts.at(-1) as TransformerFacts,
    );
  }

  /** Threads with KV memory of their own. */
  get threads(): number {
    return this.#decoders.length;
  }

  get queued(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#decoding.length;
  }

  /** Since the start, for cancelled generations too. */
  get stepsComputed(): number {
    return this.#stepsComputed;
  }

  /**
   * @param client whose it is: the queue is fair between clients
   * @throws QueueFullError before anything has happened to the generation
   */
  enqueue(generation: Generation, client: string): void {
    const position = this.queued;
    if (position >= this.options.maxQueued && !this.#hasRoomFor(generation)) {
      throw new QueueFullError(position, this.#secondsUntilRoom());
    }
    this.#waiting.push(client, generation);
    generation.apply({ type: 'queued', position });
    const [lost] = this.#unusable.values();
    if (lost && this.#unusable.size === this.threads) this.#failAll(lost);
    else this.#admit();
  }

  /** Does nothing where the generation is not queued or running here. */
  cancel(generation: Generation): void {
    const { id } = generation;
    const running = this.#running.get(id);
    if (running && !generation.isFinished) running.decoder.cancel(id);
    else if (!this.#waiting.remove(generation)) return;
    generation.apply({ type: 'cancelled' });
  }

  /** What is queued or running now. */
  get unfinished(): readonly Generation[] {
    return [...this.#decoding, ...this.#waiting.items];
  }

  async close(): Promise<void> {
    await Promise.all(this.#decoders.map((decoder) => decoder.close()));
  }

  /** Ends the decode threads as a crash would. */
  async kill(): Promise<void> {
    await Promise.all(this.#decoders.map((decoder) => decoder.kill()));
  }

  get #decoders(): Decoder[] {
    return [this.#lonely, ...this.#sharing];
  }

  get #decoding(): Generation[] {
    return [...this.#running.values()].flatMap(({ generation }) => (generation.isFinished ? [] : [generation]));
  }

  /** Whoever comes when nobody waits and there is room does not wait either. */
  #hasRoomFor({ request }: Generation): boolean {
    if (this.queued > 0 || this.#running.size >= this.options.maxConcurrent) return false;
    const rows = kvRowsOf(request, this.data.manifest.grid);
    return this.#inTurn().some((decoder) => decoder.hasRoomFor(rows));
  }

  #secondsUntilRoom(): number {
    const ahead = (this.queued + this.#running.size) / this.options.maxConcurrent;
    return Math.max(1, Math.ceil(this.#secondsPerGeneration * ahead));
  }

  /** Lets in whoever there is room for. */
  #admit(): void {
    while (this.#running.size < this.options.maxConcurrent) {
      const admitted = this.#waiting.next(
        (client) => this.#rowsInUse(client),
        (generation, client) => this.#lendRows(generation, client),
      );
      if (!admitted) return;
    }
  }

  #rowsInUse(client: string): number {
    let rows = 0;
    for (const running of this.#running.values()) if (running.client === client) rows += running.rows.count;
    return rows;
  }

  #lendRows(generation: Generation, client: string): boolean {
    const count = kvRowsOf(generation.request, this.data.manifest.grid);
    for (const decoder of this.#inTurn()) {
      const rows = decoder.admit(generation, count);
      if (!rows) continue;
      this.#running.set(generation.id, { generation, client, decoder, rows });
      return true;
    }
    return false;
  }

  /** Who is to take the next generation, the first with room. */
  #inTurn(): Decoder[] {
    if (this.#sharing.length === 0) return [this.#lonely];
    const sharing = [...this.#sharing].sort((a, b) => a.admitted - b.admitted);
    return this.#running.size === 0 ? [this.#lonely, ...sharing] : sharing;
  }

  #apply(message: FromDecodeThread): void {
    switch (message.type) {
      case 'started':
        this.#unfinishedOf(message.id)?.apply({ type: 'started' });
        return;
      case 'stepped':
        this.#stepsComputed += message.steps.length;
        for (const { id, images } of message.steps) {
          const generation = this.#unfinishedOf(id);
          if (generation) applyStep(generation, images);
        }
        return;
      case 'ended': {
        const running = this.#running.get(message.id);
        if (!running) return;
        this.#running.delete(message.id);
        running.decoder.giveBack(running.rows);
        if (!running.generation.isFinished) this.#end(running.generation, message.error);
        this.#admit();
      }
    }
  }

  /** The thread may still speak of a generation that was cancelled. */
  #unfinishedOf(id: string): Generation | undefined {
    const generation = this.#running.get(id)?.generation;
    return generation?.isFinished === false ? generation : undefined;
  }

  #end(generation: Generation, error: ThreadError | undefined): void {
    if (error) {
      generation.apply({ type: 'failed', error });
      return;
    }
    const seconds = (Date.now() - (generation.startedAt ?? generation.createdAt).getTime()) / 1000;
    this.#secondsPerGeneration += (seconds - this.#secondsPerGeneration) / 4;
    generation.apply({ type: 'completed' });
  }

  /** Only what the thread was working on is lost, unless it was the last one, and no other takes its place. */
  #fail(decoder: Decoder, error: WorkerError): void {
    if (error.code === 'WORKER_UNUSABLE') this.#unusable.set(decoder, error);
    const lost = [...this.#running.values()].filter((running) => running.decoder === decoder);
    for (const { generation } of lost) {
      this.#running.delete(generation.id);
      if (!generation.isFinished) failed(generation, error);
    }
    if (this.#unusable.size === this.threads) this.#failAll(error);
    else this.#admit();
  }

  #failAll(error: WorkerError): void {
    for (const generation of this.unfinished) {
      this.#waiting.remove(generation);
      failed(generation, error);
    }
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
