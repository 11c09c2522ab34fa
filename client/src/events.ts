import { leavable, pause } from './abort.js';
import { connectionLost, isLost } from './error.js';
import type { EventFieldsFragment } from './generated/operations.js';

/** An event of a generation, discriminated by `__typename`. The last one is Completed, Failed or Cancelled. */
export type GenerationEvent = EventFieldsFragment;

/** A generation to follow: how to start it, read its events and leave it. */
export interface FollowTarget {
  /** Resolves to its id, starting the generation if necessary. */
  readonly begin: (stop: AbortSignal) => Promise<string>;
  /** The last sequence number already seen. */
  readonly after: number;
  readonly open: (id: string, after: number, stop: AbortSignal) => AsyncIterable<GenerationEvent>;
  /** Called once if the events are left before the end, as soon as the id is known. */
  readonly onLeave: (id: string) => Promise<void>;
}

export interface RetryOptions {
  /** How often to reconnect before the error is thrown. Each event resets the count. */
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/**
 * The events of a generation, each once and in order. After a lost connection, it resumes after the last sequence
 * number.
 *
 * @throws RandarError if the server refuses or the connection stays lost; the signal's reason if it aborts.
 */
export function follow(target: FollowTarget, options: RetryOptions): AsyncIterableIterator<GenerationEvent> {
  return leavable((stop) => eventsOf(target, options.attempts, stop), options.signal);
}

async function* eventsOf(
  target: FollowTarget,
  attempts: number,
  stop: AbortSignal,
): AsyncGenerator<GenerationEvent, void> {
  const id = await target.begin(stop);
  let { after } = target;
  let isOver = false;
  let left: Promise<void> | undefined;
  const leave = () => {
    if (!isOver) left ??= target.onLeave(id);
    return left;
  };
  // Leave at once, even while the loop's body is still busy with an event.
  const leaveAtOnce = () => void leave();
  stop.addEventListener('abort', leaveAtOnce, { once: true });
  try {
    for (let failures = 0; ;) {
      try {
        for await (const event of target.open(id, after, stop)) {
          // A proxy may have repeated the request.
          if (event.sequence <= after) continue;
          failures = 0;
          after = event.sequence;
          isOver = isTerminal(event);
          yield event;
          if (isOver) return;
        }
        throw connectionLost(new Error('the event stream ended before the generation did'));
      } catch (error) {
        if (stop.aborted || !isLost(error) || ++failures > attempts) throw error;
        await pause(backoffMs(failures), stop);
      }
    }
  } finally {
    stop.removeEventListener('abort', leaveAtOnce);
    await leave();
  }
}

export function isTerminal({ __typename }: GenerationEvent): boolean {
  return (
    __typename === 'GenerationCompleted' || __typename === 'GenerationFailed' || __typename === 'GenerationCancelled'
  );
}

/** 0.2 s, 0.4 s, 0.8 s ... 5 s, each up to half longer at random, so that clients do not all return at once. */
function backoffMs(failures: number): number {
  return Math.min(200 * 2 ** (failures - 1), 5_000) * (1 + Math.random() / 2);
}
