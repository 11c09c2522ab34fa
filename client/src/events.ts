import { leavable, pause } from './abort.js';
import { connectionLost, isLost } from './error.js';
import type { EventFieldsFragment } from './generated/operations.js';

/** What happens to a generation, told apart by `__typename`. The last one is Completed, Failed or Cancelled. */
export type GenerationEvent = EventFieldsFragment;

/** A generation whose events are wanted, and how to get and leave them. */
export interface FollowTarget {
  /** Its id: known, or of a generation that is begun now. */
  readonly begin: (stop: AbortSignal) => Promise<string>;
  /** The last sequence number that was seen already. */
  readonly after: number;
  readonly open: (id: string, after: number, stop: AbortSignal) => AsyncIterable<GenerationEvent>;
  /** What becomes of it where it is left before its end. Called once, and as soon as that is known. */
  readonly onLeave: (id: string) => Promise<void>;
}

export interface RetryOptions {
  /** How often a lost connection is made again before its error is thrown; each event starts the count anew. */
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/**
 * A generation's events, each once and in order, through lost connections: after one the rest is asked for from the
 * last sequence number on.
 *
 * @throws RandarError where the server refuses, or the connection stays lost; the signal's reason where it aborts
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
  // At once, and not when the loop's body has done with its event.
  const leaveAtOnce = () => void leave();
  stop.addEventListener('abort', leaveAtOnce, { once: true });
  try {
    for (let failures = 0; ;) {
      try {
        for await (const event of target.open(id, after, stop)) {
          // A server behind a proxy may have been asked twice.
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

/** 0.2 s, 0.4 s, 0.8 s ... 5 s, each up to half longer by chance: a server that comes back is not met by all at once. */
function backoffMs(failures: number): number {
  return Math.min(200 * 2 ** (failures - 1), 5_000) * (1 + Math.random() / 2);
}
