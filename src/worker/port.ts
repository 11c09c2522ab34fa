import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, type MessagePort, type Transferable } from 'node:worker_threads';
import type { CloseMessage, ThreadError } from './protocol.js';

/** The thread's own end of its channel. */
function threadPort(): MessagePort {
  if (!parentPort) throw new Error('this file runs as a worker thread only');
  return parentPort;
}

/** A function that posts to the main thread. */
export function sender<Message>(): (message: Message, transfer?: Transferable[]) => void {
  const port = threadPort();
  return (message, transfer = []) => port.postMessage(message, transfer);
}

/**
 * When a worker exits, Node (20 at least) unregisters its isolate before it ends the isolate's background compilations.
 * One of these that requests garbage collection in between aborts the whole process (`NodePlatform::ForIsolate`,
 * node_platform.cc; the order is that of ~WorkerThreadData, node_worker.cc). A thread that has been idle for a while
 * has none running.
 */
const QUIET_BEFORE_EXIT_MS = 100;
/** A pause that ends later than this does not count: the thread was still busy, or the whole machine is. */
const LATE_MS = 20;
/** A limit, since a machine may be busy for days. */
const MOST_PAUSES = 20;

async function untilQuiet(): Promise<void> {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses++) {
    const began = performance.now();
    await pause(QUIET_BEFORE_EXIT_MS);
    if (performance.now() - began < QUIET_BEFORE_EXIT_MS + LATE_MS) return;
  }
}

/**
 * Passes every message for this thread to `take`. After a close message, it takes no more and exits.
 *
 * @param stop Drops work that is running or waiting.
 */
export function listen<Message extends { readonly type: string }>(
  take: (message: Message) => void,
  stop: () => void | Promise<void>,
): void {
  let closing = false;
  threadPort().on('message', (message: Message | CloseMessage) => {
    if (message.type === 'close') {
      // A session must not be released twice.
      if (closing) return;
      closing = true;
      void Promise.resolve(stop())
        .catch((error: unknown) => console.error('randar: a thread could not let go of what it holds:', error))
        .then(untilQuiet)
        .then(() => process.exit());
    } else if (!closing) take(message as Message);
  });
}

/** Converts an error to a message. */
export function threadError(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL';
  return { code, message: messageWithCause(error) };
}

/** The message of an error, and the first line of its cause's message unless it is already included. */
export function messageWithCause({ message, cause }: Error): string {
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
  return message.includes(reason) ? message : `${message} (${reason})`;
}
