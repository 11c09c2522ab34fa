import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowLender } from '../../src/scheduler/row-lender.js';

describe('a lender of rows', () => {
  it('lends rows side by side, from the front', () => {
    const lender = new RowLender(6);
    expect([lender.lend(2), lender.lend(3), lender.lend(2), lender.lend(1), lender.lend(1)]).toEqual([
      0,
      2,
      undefined,
      5,
      undefined,
    ]);
  });

  it('joins rows that come back to the free ones beside them', () => {
    const lender = new RowLender(6);
    for (let i = 0; i < 3; i++) lender.lend(2);
    lender.giveBack(0, 2);
    lender.giveBack(4, 2);
    expect([lender.hasRun(4), lender.lend(4)]).toEqual([false, undefined]);
    lender.giveBack(2, 2);
    expect([lender.hasRun(6), lender.lend(6)]).toEqual([true, 0]);
  });

  it('never lends a row twice, and has them all when all came back', () => {
    const action = fc.record({ borrow: fc.boolean(), count: fc.integer({ min: 1, max: 7 }), which: fc.nat() });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.array(action, { maxLength: 60 }), (rows, actions) => {
        const lender = new RowLender(rows);
        const lent: { from: number; count: number }[] = [];
        for (const { borrow, count, which } of actions) {
          if (borrow) {
            const expected = lender.hasRun(count);
            const from = lender.lend(count);
            expect(from !== undefined).toBe(expected);
            if (from === undefined) continue;
            expect(from + count).toBeLessThanOrEqual(rows);
            for (const other of lent) expect(from >= other.from + other.count || from + count <= other.from).toBe(true);
            lent.push({ from, count });
          } else {
            const [back] = lent.splice(which % Math.max(lent.length, 1), 1);
            if (back) lender.giveBack(back.from, back.count);
          }
        }
        for (const { from, count } of lent) lender.giveBack(from, count);
        expect(rows === 0 || lender.lend(rows) === 0).toBe(true);
      }),
    );
  });
});
