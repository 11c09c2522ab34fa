import type { Generation } from '../generation/generation.js';
import type {
  DecodeThreadData,
  FromDecodeThread,
  KvRows,
  ToDecodeThread,
  TransformerFacts,
} from '../worker/protocol.js';
import { Thread, type WorkerError } from '../worker/thread.js';
import { admission } from './admission.js';
import { RowLender } from './row-lender.js';

export interface DecoderHandlers {
  /** It can take generations: at first, and again after each death. */
  readonly ready: () => void;
  readonly message: (message: FromDecodeThread) => void;
  /** What it was working on is lost. */
  readonly died: (error: WorkerError) => void;
}

/** A decode thread, and who has which rows of its KV memory. */
export class Decoder {
  readonly #thread: Thread<TransformerFacts, ToDecodeThread, FromDecodeThread>;
  #lender = new RowLender(0);
  #admitted = 0;

  constructor(data: DecodeThreadData, handlers: DecoderHandlers) {
    this.#thread = new Thread('#decode-thread', data, {
      ready: ({ kvRows }) => {
        this.#lender = new RowLender(kvRows);
        this.#admitted = 0;
        handlers.ready();
      },
      message: handlers.message,
      died: handlers.died,
    });
  }

  get ready(): Promise<TransformerFacts> {
    return this.#thread.ready;
  }

  /** How many generations have rows of it. */
  get admitted(): number {
    return this.#admitted;
  }

  hasRoomFor(rows: number): boolean {
    return this.#thread.isReady && this.#lender.hasRun(rows);
  }

  /** @returns its rows; undefined where there is no room */
  admit(generation: Generation, count: number): KvRows | undefined {
    if (!this.#thread.isReady) return undefined;
    const from = this.#lender.lend(count);
    if (from === undefined) return undefined;
    const rows = { from, count };
    this.#admitted++;
    this.#thread.post(admission(generation, rows));
    return rows;
  }

  giveBack({ from, count }: KvRows): void {
    this.#admitted--;
    this.#lender.giveBack(from, count);
  }

  cancel(id: string): void {
    this.#thread.post({ type: 'cancel', id });
  }

  /** Ends the thread as a crash would. */
  async kill(): Promise<void> {
    await this.#thread.kill();
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}
