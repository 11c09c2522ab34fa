import type { AdmitMessage, DecodeThreadData, FromDecodeThread, ToDecodeThread, TransformerFacts } from './protocol.js';
import { Thread, type WorkerError } from './thread.js';

/** Callbacks of a decode worker. None is called before the caller has the worker. */
export interface DecodeWorkerHandlers {
  /** Ready to take generations: after the start, and after each replacement. */
  readonly ready: (facts: TransformerFacts) => void;
  readonly message: (message: FromDecodeThread) => void;
  /** Its generations are lost. A new thread is starting, unless the error is WORKER_UNUSABLE. */
  readonly died: (error: WorkerError) => void;
}

/** The main thread's side of a decode thread. Its owner decides who uses which KV slots. */
export interface DecodeWorker {
  /** Resolves when it can take generations; rejects if it never will. */
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
