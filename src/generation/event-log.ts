/**
 * An append-only log with any number of readers, each at its own pace: a slow reader holds up nobody, and a late one
 * reads from the start.
 */
export class EventLog<Event> {
  readonly #events: Event[] = [];
  readonly #waiting = new Set<() => void>();
  #closed = false;

  get length(): number {
    return this.#events.length;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  append(event: Event): void {
    if (this.#closed) throw new Error('an event log takes no event after its last one');
    this.#events.push(event);
    this.#wake();
  }

  /** Ends the log. Readers finish after the last event. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * Iterates over the events after the first `after`, then over new ones as they arrive. `return()` ends a pending
   * `next()`.
   */
  follow(after = 0): AsyncIterableIterator<Event> {
    let cursor = after;
    let left = false;
    let wake: (() => void) | undefined;
    const next = async (): Promise<IteratorResult<Event, undefined>> => {
      for (;;) {
        if (left) return { done: true, value: undefined };
        const event = this.#events[cursor];
        if (event !== undefined) {
          cursor++;
          return { done: false, value: event };
        }
        if (this.#closed) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wake = resolve;
          this.#waiting.add(resolve);
        });
      }
    };
    // A consumer may call next() again before the last call resolved; results keep the order of the calls.
    let last: Promise<unknown> = Promise.resolve();
    return {
      next: () => {
        const result = last.then(next);
        last = result;
        return result;
      },
      return: () => {
        left = true;
        if (wake) {
          this.#waiting.delete(wake);
          wake();
        }
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
