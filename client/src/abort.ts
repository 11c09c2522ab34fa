/** Resolves like the promise, or rejects with the signal's reason as soon as it aborts. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Rejects with the signal's reason as soon as it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await orAborted(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Aborts with the first of the signals. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/**
 * An iterator that can be left while it waits for its next value. `run` gets a signal that aborts when the iterator is
 * left or `signal` aborts, and throws that signal's reason. A loop that was left ends quietly; one that was aborted
 * throws.
 */
export function leavable<Value>(
  run: (stop: AbortSignal) => AsyncGenerator<Value, void>,
  signal?: AbortSignal,
): AsyncIterableIterator<Value> {
  const leave = new AbortController();
  const values = run(anySignal(signal, leave.signal));
  const done = { done: true, value: undefined } as const;
  const unlessLeft = (error: unknown) => {
    if (!leave.signal.aborted || error !== leave.signal.reason) throw error;
    return done;
  };
  return {
    next: () => values.next().catch(unlessLeft),
    return: async () => {
      leave.abort();
      await values.return().catch(unlessLeft);
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
