import { smallGrid, smallTokens } from '../decoding/enlarging.js';
import { countKnown, unknownTokens } from '../decoding/known.js';
import { intAt } from '../numbers/at.js';
import { isTerminal, type GenerationChange, type GenerationError, type GenerationEvent } from './event.js';
import { EventLog } from './event-log.js';
import type { Picture } from './picture.js';
import type { GenerationRequest } from './request.js';

export type GenerationStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** The input as the client gave it, for clients that want to repeat it. */
export type ClientInput = Readonly<Record<string, unknown>>;

/** One or more pictures generated together: the request, the event log, and the state that results from the log. */
export class Generation {
  readonly log = new EventLog<GenerationEvent>();
  readonly createdAt = new Date();
  /** Each picture's tokens, row by row; unknownToken if not decoded yet. */
  readonly tokens: readonly Int32Array[];
  readonly #began = performance.now();
  #status: GenerationStatus = 'queued';
  #step = 0;
  #decoded: number;
  #startedAt: Date | undefined;
  #finishedAt: Date | undefined;
  #error: GenerationError | undefined;

  constructor(
    readonly id: string,
    readonly request: GenerationRequest,
    readonly input: ClientInput = {},
  ) {
    const known = request.known ?? unknownTokens(request);
    this.tokens = Array.from({ length: request.count }, () => known.slice());
    this.#decoded = countKnown(known);
  }

  get status(): GenerationStatus {
    return this.#status;
  }

  /** The number of steps decoded so far. */
  get step(): number {
    return this.#step;
  }

  /** Known cells of each picture, including those given by the source. */
  get decoded(): number {
    return this.#decoded;
  }

  get totalSteps(): number {
    return this.request.tokensPerStep.length;
  }

  get startedAt(): Date | undefined {
    return this.#startedAt;
  }

  get finishedAt(): Date | undefined {
    return this.#finishedAt;
  }

  /** Set if the status is failed. */
  get error(): GenerationError | undefined {
    return this.#error;
  }

  get isFinished(): boolean {
    return this.log.isClosed;
  }

  /** Applies a change to the state and appends it to the log. */
  apply(change: GenerationChange): void {
    this.#follow(change);
    this.log.append({ ...change, sequence: this.log.length + 1, elapsedMs: performance.now() - this.#began });
    if (isTerminal(change)) this.log.close();
  }

  /** The picture of the tokens known so far; the small picture while an enlargement decodes that. */
  picture(index: number, mode: Picture['mode']): Picture {
    const { model, width, height, enlarging, overlay } = this.request;
    const tokens = this.tokens[index];
    if (!tokens) throw new RangeError(`generation ${this.id} has no picture ${index}`);
    if (!enlarging || this.#step > enlarging.smallSteps) {
      const picture = { model, mode, width, height, tokens: tokens.slice() };
      const isFinished = this.#status === 'completed';
      return overlay && isFinished ? { ...picture, overlay: { ...overlay, generation: this.id, index } } : picture;
    }
    const small = smallGrid(this.request);
    return { model, mode, ...small, tokens: smallTokens(tokens, small) };
  }

  #follow(change: GenerationChange): void {
    switch (change.type) {
      case 'queued':
      case 'preview':
        return;
      case 'started':
        this.#status = 'running';
        this.#startedAt = new Date();
        return;
      case 'step':
        this.#step = change.step;
        this.#decoded = change.images[0]?.decoded ?? this.#decoded;
        for (const [index, { positions, tokens }] of change.images.entries()) {
          const known = this.tokens[index];
          if (known) positions.forEach((cell, i) => (known[cell] = intAt(tokens, i)));
        }
        return;
      case 'failed':
      case 'completed':
      case 'cancelled':
        this.#status = change.type;
        this.#finishedAt = new Date();
        if (change.type === 'failed') this.#error = change.error;
    }
  }
}
