import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/decoding/turns.js';

describe('turns', () => {
  it('take everybody if all fit into a run', () => {
    const turns = new Turns<string>();
    for (const member of ['a', 'b', 'c']) turns.join(member);
    expect(turns.take(4)).toEqual(['a', 'b', 'c']);
    expect(turns.take(4)).toEqual(['a', 'b', 'c']);
  });

  it('make runs equally full otherwise', () => {
    const turns = new Turns<string>();
    for (const member of ['a', 'b', 'c', 'd', 'e']) turns.join(member);
    expect([turns.take(4), turns.take(4), turns.take(4)]).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'a'],
      ['b', 'c', 'd'],
    ]);
  });

  it('take newcomers first, in the order in which they came', () => {
    const turns = new Turns<string>();
    for (const member of ['a', 'b', 'c', 'd']) turns.join(member);
    turns.take(2);
    turns.take(2);
    turns.join('x');
    turns.join('y');
    turns.join('z');
    expect(turns.take(2)).toEqual(['x', 'y']);
    expect(turns.take(2)).toEqual(['z', 'a']);
  });

  it('forget members that left', () => {
    const turns = new Turns<string>();
    for (const member of ['a', 'b']) turns.join(member);
    expect([turns.leave('a'), turns.leave('a')]).toEqual([true, false]);
    expect(turns.take(4)).toEqual(['b']);
    turns.clear();
    expect(turns.take(4)).toEqual([]);
    expect(turns.size).toBe(0);
  });

  it('give everybody equally many, plus or minus one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(100),
        (count, limit, runs) => {
          const turns = new Turns<number>();
          for (let member = 0; member < count; member++) turns.join(member);
          const had = new Array<number>(count).fill(0);
          for (let run = 0; run < runs; run++) {
            const taken = turns.take(limit);
            expect(taken.length).toBeLessThanOrEqual(limit);
            expect(new Set(taken).size).toBe(taken.length);
            for (const member of taken) had[member] = (had[member] ?? 0) + 1;
          }
          expect(Math.max(...had) - Math.min(...had)).toBeLessThanOrEqual(1);
          expect(turns.size).toBe(count);
        },
      ),
    );
  });
});
