import { createRequire } from 'node:module';
import { Worker, type Transferable } from 'node:worker_threads';
import type { CloseMessage, FirstMessage } from './protocol.js';

/** A worker thread failed or died. `code` is for programs. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Handlers<Facts, Message> {
  /** Called for every message but the first, which says whether the thread is ready. */
  readonly message: (message: Message) => void;
  /** The thread died, and its work is lost. A new one is starting, unless the error is WORKER_UNUSABLE. */
  readonly died: (error: WorkerError) => void;
  /** The thread is ready: after the start, and after each replacement. */
  readonly ready: (facts: Facts) => void;
}

/**
 * A worker thread that is replaced when it dies. One that dies before it was ever ready is not: the same weights would
 * fail again.
 */
export class Thread<Facts, Incoming, Outgoing> {
  /** Resolves when the thread is ready; rejects if it never will be. */
  readonly ready: Promise<Facts>;
  #worker: Worker | undefined;
  #isReady = false;
  #closing = false;

  /** @param entry A name in package.json's `imports`: threads always run the built JavaScript. */
  constructor(
    readonly entry: '#decode-thread' | '#picture-thread',
    readonly data: object,
    readonly handlers: Handlers<Facts, Outgoing>,
  ) {
    this.ready = this.#start();
    this.ready.then(handlers.ready, (cause: unknown) => handlers.died(unusable(cause)));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  post(message: Incoming, transfer: readonly Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  /** Ends the thread as a crash would; it is replaced. */
  async kill(): Promise<void> {
    await this.#exit();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#exit();
  }

  /** The thread exits by itself between two runs: terminating it inside ONNX Runtime would take the process down. */
  async #exit(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ type: 'close' } satisfies CloseMessage);
    await exited;
  }

  #start(): Promise<Facts> {
    return new Promise<Facts>((resolve, reject) => {
      // Inside the promise: if the system refuses to start a thread, the promise rejects, and nothing is thrown at a
      // caller that has already started other threads.
      const worker = new Worker(createRequire(import.meta.url).resolve(this.entry), { workerData: this.data });
      this.#worker = worker;
      let crash: Error | undefined;
      worker.once('message', (first: FirstMessage<Facts>) => {
        if (first.type === 'unusable') {
          reject(new WorkerError(first.error.code, first.error.message));
          return;
        }
        worker.on('message', this.handlers.message);
        this.#isReady = true;
        resolve(first.facts);
      });
      worker.on('error', (error) => (crash = error));
      worker.on('exit', (exitCode) => {
        this.#worker = undefined;
        const reason = crash ? crash.message : `exit code ${exitCode}`;
        reject(new WorkerError('WORKER_DIED', `the worker thread died during startup (${reason})`));
        if (!this.#isReady || this.#closing) return;
        this.#replace(new WorkerError('WORKER_DIED', `the worker thread died (${reason}) and is being restarted`));
      });
    });
  }

  #replace(error: WorkerError): void {
    this.#isReady = false;
    this.handlers.died(error);
    this.#start().then(this.handlers.ready, (cause: unknown) => this.handlers.died(unusable(cause)));
  }
}

function unusable(cause: unknown): WorkerError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new WorkerError('WORKER_UNUSABLE', `cannot start the worker thread: ${message}`);
}
