import type { AdmitMessage, DecodeThreadData, FromDecodeThread, ToDecodeThread, TransformerFacts } from './protocol.js';
import { Thread, type WorkerError } from './thread.js';

/** What a decode worker tells the one who started it, never before that has the worker in hand. */
export interface DecodeWorkerHandlers {
  /** It can take generations: at first, and again after each death. */
  readonly ready: (facts: TransformerFacts) => void;
  readonly message: (message: FromDecodeThread) => void;
  /** What it was working on is lost. A new thread is on its way, unless the error is WORKER_UNUSABLE. */
  readonly died: (error: WorkerError) => void;
}

/** The main thread's side of a decode thread. Who may use which of its KV slots is for its owner to decide. */
export interface DecodeWorker {
  /** Settles when it can take generations, or with the error that says why it never will. */
  readonly ready: Promise<TransformerFacts>;
  admit(message: AdmitMessage): void;
  cancel(id: string): void;
  close(): Promise<void>;
}

export function startDecodeWorker(data: DecodeThreadData, handlers: DecodeWorkerHandlers): DecodeWorker {
  const thread = new Thread<TransformerFacts, ToDecodeThread, FromDecodeThread>('#decode-thread', data, handlers);
  return {
    ready: thread.ready,
    admit: (message) => thread.post(message),
    cancel: (id) => thread.post({ type: 'cancel', id }),
    close: () => thread.close(),
  };
}
