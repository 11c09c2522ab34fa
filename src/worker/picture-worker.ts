import type { Grid } from '../decoding/grid.js';
import type {
  FromPictureThread,
  JobResult,
  PictureJob,
  ThreadData,
  ToPictureThread,
  TokenizerFacts,
} from './protocol.js';
import { Thread, WorkerError } from './thread.js';

interface Pending {
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: WorkerError) => void;
}

/** Jobs that may wait for a picture thread. Each takes tens of milliseconds, so more would only time out. */
const maxWaiting = 128;

/** The main thread's side of a picture thread: one reply per request. */
export class PictureWorker {
  readonly #thread: Thread<TokenizerFacts, ToPictureThread, FromPictureThread>;
  readonly #pending = new Map<number, Pending>();
  #serial = 0;
  /** Why the thread takes no more jobs: it is unusable, or was closed. */
  #gone: WorkerError | undefined;

  constructor(data: ThreadData) {
    this.#thread = new Thread('#picture-thread', data, {
      ready: () => undefined,
      message: (message) => this.#settle(message),
      died: (error) => {
        if (error.code === 'WORKER_UNUSABLE') this.#gone = error;
        this.#failAll(error);
      },
    });
  }

  get ready(): Promise<TokenizerFacts> {
    return this.#thread.ready;
  }

  /** RGB bytes; cells with token -1 are drawn as unknown. */
  async decode(tokens: Int32Array, grid: Grid): Promise<Uint8Array> {
    return (await this.#ask({ type: 'decode', tokens, grid })) as Uint8Array;
  }

  /** The tokens, row by row, of RGB bytes whose sides are multiples of a cell's. */
  async encode(pixels: Uint8Array, width: number, height: number): Promise<Int32Array> {
    return (await this.#ask({ type: 'encode', pixels, width, height })) as Int32Array;
  }

  /** The transformer's features after a layer, [cells, dimension], for a picture's tokens. */
  async features(tokens: Int32Array, layer: number): Promise<Float32Array> {
    return (await this.#ask({ type: 'features', tokens, layer })) as Float32Array;
  }

  /** [vocabulary, factor, factor, 3]: the patch of each code. */
  async patches(): Promise<Uint8Array> {
    return (await this.#ask({ type: 'patches' })) as Uint8Array;
  }

  /** Ends the thread as a crash would. */
  async kill(): Promise<void> {
    await this.#thread.kill();
  }

  async close(): Promise<void> {
    this.#gone = new WorkerError('SHUTTING_DOWN', 'the server is shutting down');
    this.#failAll(this.#gone);
    await this.#thread.close();
  }

  #ask(job: PictureJob): Promise<JobResult> {
    if (this.#gone) return Promise.reject(this.#gone);
    if (this.#pending.size >= maxWaiting) {
      return Promise.reject(
        new WorkerError(
          'QUEUE_FULL',
          `${maxWaiting} pictures are already waiting to be rendered; try again in a second`,
        ),
      );
    }
    const id = this.#serial++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#thread.post({ type: 'job', id, job });
    });
  }

  #settle(message: FromPictureThread): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'done') pending?.resolve(message.result);
    else pending?.reject(new WorkerError(message.error.code, message.error.message));
  }

  #failAll(error: WorkerError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}
