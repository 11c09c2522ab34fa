import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/scheduler/fair-queue.js';

const nobodyUses = () => 0;
const roomForAll = () => true;

function queueOf(...items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>();
  // An item is named by its client and a number: a1, b1, a2.
  for (const item of items) queue.push(item[0] ?? '', item);
  return queue;
}

function drain(queue: FairQueue<string>, admit: (item: string) => boolean = roomForAll): string[] {
  const use = new Map<string, number>();
  const order: string[] = [];
  for (;;) {
    const item = queue.next((client) => use.get(client) ?? 0, admit);
    if (item === undefined) return order;
    order.push(item);
    const client = item[0] ?? '';
    use.set(client, (use.get(client) ?? 0) + 1);
  }
}

describe('a fair queue', () => {
  it('is first come first served where nobody uses more than another', () => {
    const queue = queueOf('a1', 'b1', 'c1');
    expect([1, 2, 3].map(() => queue.next(nobodyUses, roomForAll))).toEqual(['a1', 'b1', 'c1']);
    expect(queue.next(nobodyUses, roomForAll)).toBeUndefined();
  });

  it('takes by turns from clients that use equally much', () => {
    expect(drain(queueOf('a1', 'a2', 'a3', 'a4', 'b1', 'b2'))).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('takes first from whoever uses least', () => {
    const queue = queueOf('a1', 'b1');
    expect(queue.next((client) => (client === 'a' ? 5 : 4), roomForAll)).toBe('b1');
  });

  it('lets what fits pass what does not, but not for ever', () => {
    const queue = queueOf('a1', ...Array.from({ length: 12 }, (_, i) => `b${i}`));
    const passing = drain(queue, (item) => item !== 'a1');
    expect(passing).toEqual(Array.from({ length: 8 }, (_, i) => `b${i}`));
    expect(drain(queue)[0]).toBe('a1');
  });

  it('does not know what was removed', () => {
    const queue = queueOf('a1', 'a2', 'b1');
    expect([queue.remove('a1'), queue.remove('a1')]).toEqual([true, false]);
    expect(queue.items).toEqual(['a2', 'b1']);
    expect(drain(queue)).toEqual(['a2', 'b1']);
  });

  it("serves everybody's items once, each client's in order, nobody ahead by more than one while others wait", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), (clients) => {
        const serial = new Map<string, number>();
        const items = clients.map((client) => {
          serial.set(client, (serial.get(client) ?? 0) + 1);
          return `${client}${serial.get(client) ?? 0}`;
        });
        const order = drain(queueOf(...items));
        expect([...order].sort()).toEqual([...items].sort());
        for (const client of ['a', 'b', 'c']) {
          const own = (list: readonly string[]) => list.filter((item) => item.startsWith(client));
          expect(own(order)).toEqual(own(items));
        }
        order.forEach((_, at) => {
          const served = (client: string) => order.slice(0, at).filter((item) => item.startsWith(client)).length;
          const waiting = ['a', 'b', 'c'].filter((client) => order.slice(at).some((item) => item.startsWith(client)));
          for (const one of waiting) for (const other of waiting) expect(served(one) - served(other)).toBeLessThan(2);
        });
      }),
    );
  });
});
