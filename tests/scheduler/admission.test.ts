import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextAdmission,
  waitingAfter,
  type AdmissionState,
  type Running,
  type Waiting,
} from '../../src/scheduler/admission.js';

interface Entry extends Waiting {
  readonly name: string;
}

interface Worker {
  readonly name: string;
  readonly kvSlots: number;
}

type State = AdmissionState<Entry, Worker>;

const lone: Worker = { name: 'lone', kvSlots: 100 };

/** An entry's name is its client and a number, optionally followed by the slots it needs: a1, b1, a2:5. */
function entries(...names: readonly string[]): Entry[] {
  return names.map((text) => {
    const [name = '', needs = '1'] = text.split(':');
    return { name, client: name.slice(0, 1), kvSlots: Number(needs), passedBy: 0 };
  });
}

function running(worker: Worker, client: string, from: number, count = 1): Running<Worker> {
  return { client, worker, slots: { from, count } };
}

function state(more: Partial<State>): State {
  return { waiting: [], running: [], workers: { lone, sharing: [] }, maxConcurrent: 100, ...more };
}

/** Admits as many as possible, with none ending. */
function admitAll(from: State): { admitted: string[]; after: State } {
  const admitted: string[] = [];
  let after = from;
  for (let next = nextAdmission(after); next; next = nextAdmission(after)) {
    const { entry, worker, slots } = next;
    admitted.push(entry.name);
    after = {
      ...after,
      waiting: waitingAfter(after.waiting, next),
      running: [...after.running, { client: entry.client, worker, slots }],
    };
  }
  return { admitted, after };
}

describe('the next admission', () => {
  it('is in order of arrival if no client has more than another', () => {
    expect(admitAll(state({ waiting: entries('a1', 'b1', 'c1') })).admitted).toEqual(['a1', 'b1', 'c1']);
    expect(nextAdmission(state({}))).toBeUndefined();
  });

  it('alternates between clients that have equally many slots', () => {
    const waiting = entries('a1', 'a2', 'a3', 'a4', 'b1', 'b2');
    expect(admitAll(state({ waiting })).admitted).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('goes to the client with the fewest slots, not the fewest generations', () => {
    const has = [running(lone, 'a', 0, 5), running(lone, 'b', 5), running(lone, 'b', 6)];
    expect(nextAdmission(state({ waiting: entries('a1', 'b1'), running: has }))?.entry.name).toBe('b1');
  });

  it('is none while the maximum is running', () => {
    const waiting = entries('a1', 'b1');
    const has = [running(lone, 'c', 0), running(lone, 'd', 1)];
    expect(nextAdmission(state({ waiting, running: has, maxConcurrent: 2 }))).toBeUndefined();
    expect(nextAdmission(state({ waiting, running: has, maxConcurrent: 3 }))?.entry.name).toBe('a1');
  });

  it('may pass one that does not fit, at most eight times', () => {
    const small = { lone: { name: 'lone', kvSlots: 20 }, sharing: [] };
    const has = [running(small.lone, 'c', 0)];
    const others = Array.from({ length: 12 }, (_, i) => `${String.fromCharCode(100 + i)}1`);
    const start = state({ waiting: entries('a1:20', ...others), running: has, workers: small });
    const { admitted, after } = admitAll(start);
    expect(admitted).toEqual(others.slice(0, 8));
    // Everybody else waits until it fits.
    expect(nextAdmission({ ...after, running: has })).toBeUndefined();
    expect(nextAdmission({ ...after, running: [] })?.entry.name).toBe('a1');
  });

  it('never passes an earlier one of the same client', () => {
    const small = { lone: { name: 'lone', kvSlots: 4 }, sharing: [] };
    const has = [running(small.lone, 'c', 0)];
    expect(nextAdmission(state({ waiting: entries('a1:4', 'a2'), running: has, workers: small }))).toBeUndefined();
  });

  it("serves everybody once, each client's in order, nobody ahead by more than one while others wait", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), (clients) => {
        const serial = new Map<string, number>();
        const names = clients.map((client) => {
          serial.set(client, (serial.get(client) ?? 0) + 1);
          return `${client}${serial.get(client) ?? 0}`;
        });
        const { admitted } = admitAll(state({ waiting: entries(...names) }));
        expect([...admitted].sort()).toEqual([...names].sort());
        for (const client of ['a', 'b', 'c']) {
          const own = (list: readonly string[]) => list.filter((name) => name.startsWith(client));
          expect(own(admitted)).toEqual(own(names));
        }
        admitted.forEach((_, at) => {
          const served = (client: string) => admitted.slice(0, at).filter((name) => name.startsWith(client)).length;
          const waiting = ['a', 'b', 'c'].filter((client) =>
            admitted.slice(at).some((name) => name.startsWith(client)),
          );
          for (const one of waiting) for (const other of waiting) expect(served(one) - served(other)).toBeLessThan(2);
        });
      }),
    );
  });
});

describe('the KV slots of an admission', () => {
  it('are the first adjacent free ones', () => {
    const has = [running(lone, 'b', 0, 2), running(lone, 'b', 3, 1), running(lone, 'b', 6, 1)];
    const slotsFor = (needs: string) => nextAdmission(state({ waiting: entries(`a1:${needs}`), running: has }))?.slots;
    expect([slotsFor('1'), slotsFor('2'), slotsFor('3')]).toEqual([
      { from: 2, count: 1 },
      { from: 4, count: 2 },
      { from: 7, count: 3 },
    ]);
    expect(slotsFor('94')).toBeUndefined();
  });
});

describe('the decode worker of an admission', () => {
  const [first, second] = [
    { name: 'first', kvSlots: 4 },
    { name: 'second', kvSlots: 4 },
  ];
  const workers = { lone, sharing: [first, second] };
  const takenBy = (more: Partial<State>) =>
    nextAdmission(state({ waiting: entries('a1:2'), workers, ...more }))?.worker.name;

  it('is the lone one while nothing runs, otherwise one that shares', () => {
    expect(takenBy({})).toBe('lone');
    expect(takenBy({ running: [running(lone, 'b', 0)] })).toBe('first');
    expect(takenBy({ running: [running(first, 'b', 0)] })).toBe('second');
  });

  it('is always the lone one if none share', () => {
    expect(takenBy({ workers: { lone, sharing: [] }, running: [running(lone, 'b', 0)] })).toBe('lone');
  });

  it('is, of those that share, the one with the fewest generations, however many slots they have', () => {
    const has = [running(first, 'b', 0), running(first, 'b', 1), running(second, 'b', 0, 2)];
    expect(takenBy({ running: has })).toBe('second');
  });

  it('is the next one if the first has no room', () => {
    expect(takenBy({ running: [running(first, 'b', 0, 3), running(second, 'b', 0), running(second, 'b', 1)] })).toBe(
      'second',
    );
    expect(takenBy({ running: [running(first, 'b', 0, 3), running(second, 'b', 1, 2)] })).toBeUndefined();
  });

  it('is never one that cannot work', () => {
    const dead = { name: 'lone', kvSlots: 0 };
    expect(takenBy({ workers: { lone: dead, sharing: [first] } })).toBe('first');
    expect(takenBy({ workers: { lone: dead, sharing: [{ name: 'first', kvSlots: 0 }] } })).toBeUndefined();
  });
});
