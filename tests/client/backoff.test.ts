import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RandarError } from '../../client/src/error.js';
import { follow, type GenerationEvent } from '../../client/src/events.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Each pause is longer by up to half at random; here by `chance`, from 0 to 1, of that half. */
function chanceIs(chance: number): void {
  vi.spyOn(Math, 'random').mockReturnValue(chance);
}

const lost = () => new RandarError('The connection was lost.', { code: 'CONNECTION_LOST' });

/** Follows a generation over a connection that is lost in each attempt, after the given events. */
function failing(attempts: number, eventsOf: (attempt: number) => readonly GenerationEvent[] = () => []) {
  const opened: number[] = [];
  const events = follow(
    {
      begin: () => Promise.resolve('g'),
      after: 0,
      onLeave: () => Promise.resolve(),
      // eslint-disable-next-line @typescript-eslint/require-await
      open: async function* () {
        opened.push(performance.now());
        yield* eventsOf(opened.length);
        throw lost();
      },
    },
    { attempts, signal: new AbortController().signal },
  );
  /** The pauses between attempts in milliseconds, once it has given up. */
  const pauses = async () => {
    const readAll = async () => {
      while (!(await events.next()).done);
    };
    const refused = expect(readAll()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await vi.runAllTimersAsync();
    await refused;
    return opened.slice(1).map((at, i) => Math.round(at - (opened[i] ?? 0)));
  };
  return { pauses };
}

describe('a connection that stays lost', () => {
  it('is tried again after a longer pause each time, up to 5 s', async () => {
    chanceIs(0);
    expect(await failing(8).pauses()).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it('is tried again up to half a pause later, so that not all clients come back at once', async () => {
    chanceIs(0.5);
    expect(await failing(7).pauses()).toEqual([250, 500, 1000, 2000, 4000, 6250, 6250]);
  });

  it('is tried again after the shortest pause if an event arrived in between', async () => {
    chanceIs(0);
    const started = { __typename: 'GenerationStarted', sequence: 1 } as GenerationEvent;
    const { pauses } = failing(3, (attempt) => (attempt === 3 ? [started] : []));
    expect(await pauses()).toEqual([200, 400, 200, 400, 800]);
  });
});
