import { queryObjects } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/generation/event-log.js';

async function readAll<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('an event log', () => {
  it('gives every reader everything after its cursor, in order, at any time', async () => {
    const actions = fc.array(
      fc.oneof(
        fc.constant({ type: 'append' as const }),
        fc.record({ type: fc.constant('follow' as const), after: fc.nat(30) }),
        fc.constant({ type: 'turn' as const }),
      ),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(actions, async (steps) => {
        const log = new EventLog<number>();
        const readers: { after: number; read: Promise<number[]> }[] = [];
        for (const step of steps) {
          if (step.type === 'append') log.append(log.length + 1);
          else if (step.type === 'follow') readers.push({ after: step.after, read: readAll(log.follow(step.after)) });
          else await Promise.resolve();
        }
        log.close();
        for (const { after, read } of readers) {
          const expected = Array.from({ length: log.length }, (_, i) => i + 1).slice(after);
          expect(await read).toEqual(expected);
        }
      }),
    );
  });

  it('answers concurrent next() calls in order', async () => {
    const log = new EventLog<number>();
    const events = log.follow();
    const answers = [events.next(), events.next(), events.next()];
    log.append(1);
    log.append(2);
    log.close();
    expect(await Promise.all(answers)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  it('ends a waiting reader when it leaves', async () => {
    const log = new EventLog<number>();
    const events = log.follow();
    const waiting = events.next();
    await events.return?.();
    expect((await waiting).done).toBe(true);
    log.append(1);
    expect((await events.next()).done).toBe(true);
  });

  it('does not leak readers that left', async () => {
    const log = new EventLog<number>();
    const readers = 1000;
    const visit = async () => {
      const events = log.follow();
      const waiting = events.next();
      // Wait until it is pending.
      await Promise.resolve();
      await events.return?.();
      await waiting;
    };
    await visit();
    const before = queryObjects(Promise, { format: 'count' });
    for (let i = 0; i < readers; i++) await visit();
    // A reader that leaked would keep the promise it waited for.
    expect(queryObjects(Promise, { format: 'count' }) - before).toBeLessThan(readers / 10);
    expect(log.length).toBe(0);
  });

  it('accepts nothing after its last event', () => {
    const log = new EventLog<number>();
    log.close();
    expect(() => log.append(1)).toThrow('after its last');
  });
});
