import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grid } from '../../src/decoding/grid.js';
import { defaultLocality, localityOrder, localitySteps, type Locality } from '../../src/decoding/locality.js';
import { Random } from '../../src/decoding/random.js';
import { tokensPerStep } from '../../src/decoding/schedule.js';
import { anyCells, anySeed, columnOf, openCells, rowOf } from '../support/any-cells.js';

const anyLocality: fc.Arbitrary<Locality> = fc.record({
  tau: fc.constantFrom(1, 1.5, 2, 3),
  // Beyond 2, a diagonal neighbour within rho can be farther away in a straight line than a cell outside.
  rho: fc.constantFrom(0, 1, 2),
});
const anyTask = fc.tuple(anyCells, anySeed, anyLocality);
const square16: Grid = { width: 16, height: 16 };
const none = { grid: square16, known: [] };

function areClose(grid: Grid, one: number, other: number, rho: number): boolean {
  return (
    Math.abs(rowOf(one, grid) - rowOf(other, grid)) <= rho &&
    Math.abs(columnOf(one, grid) - columnOf(other, grid)) <= rho
  );
}

/** The score by definition: the sum of 1 / distance over the decoded cells of the 3x3 neighbourhood. */
function score(grid: Grid, cell: number, decoded: Iterable<number>): number {
  let sum = 0;
  for (const other of decoded) {
    if (!areClose(grid, cell, other, 1)) continue;
    sum += 1 / Math.hypot(rowOf(cell, grid) - rowOf(other, grid), columnOf(cell, grid) - columnOf(other, grid));
  }
  return sum;
}

describe('the locality order', () => {
  it('decodes as many cells per step as planned', () => {
    fc.assert(
      fc.property(anyTask, ([cells, seed, locality]) => {
        const steps = localitySteps(cells, Random.of(seed, 'order'), locality);
        expect(steps.map((step) => step.length)).toEqual(cells.tokensPerStep);
      }),
    );
  });

  it('scores cells by their decoded neighbours, including known cells', () => {
    fc.assert(
      fc.property(anyTask, ([cells, seed, locality]) => {
        const decoded = new Set(cells.known);
        for (const step of localitySteps(cells, Random.of(seed, 'order'), locality)) {
          for (const choice of step) {
            if (choice.score === undefined) continue;
            expect(choice.score).toBeCloseTo(score(cells.grid, choice.cell, decoded), 10);
            expect(choice.score).toBeGreaterThanOrEqual(locality.tau);
          }
          for (const { cell } of step) decoded.add(cell);
        }
      }),
    );
  });

  it('skips a cell with a higher score only if it is close to a chosen one', () => {
    fc.assert(
      fc.property(anyTask, ([cells, seed, locality]) => {
        const decoded = new Set(cells.known);
        for (const step of localitySteps(cells, Random.of(seed, 'order'), locality)) {
          const waiting = new Map(
            openCells({ ...cells, known: decoded }).map((cell) => [cell, score(cells.grid, cell, decoded)]),
          );
          const taken: number[] = [];
          for (const choice of step) {
            waiting.delete(choice.cell);
            // Cells chosen for their distance come only when no other cell reaches tau.
            const least = Math.max(choice.score ?? 0, locality.tau - 1e-9);
            for (const [cell, other] of waiting) {
              if (other <= least + 1e-9) continue;
              expect(taken.some((each) => areClose(cells.grid, cell, each, locality.rho))).toBe(true);
            }
            taken.push(choice.cell);
          }
          for (const cell of taken) decoded.add(cell);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('chooses a cell close to another of its step only if no other is left', () => {
    fc.assert(
      fc.property(anyTask, ([cells, seed, locality]) => {
        const open = new Set(openCells(cells));
        for (const step of localitySteps(cells, Random.of(seed, 'order'), locality)) {
          const taken: number[] = [];
          const isClose = (cell: number) => taken.some((each) => areClose(cells.grid, cell, each, locality.rho));
          for (const { cell } of step) {
            if (isClose(cell)) expect([...open].filter((each) => !isClose(each))).toEqual([]);
            taken.push(cell);
            open.delete(cell);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('starts anywhere in an empty picture', () => {
    const cells = { grid: { width: 5, height: 5 }, known: [], tokensPerStep: [1, 24] };
    const firsts = Array.from({ length: 500 }, (_, seed) => localityOrder(cells, Random.of(seed, 'order'))[0]);
    expect(new Set(firsts).size).toBe(25);
  });

  it('starts anywhere if no cell has enough context', () => {
    const cells = { grid: { width: 5, height: 5 }, known: [12], tokensPerStep: [1, 23] };
    const order = (seed: number) => localityOrder(cells, Random.of(seed, 'order'), { tau: 2, rho: 1 });
    expect(new Set(Array.from({ length: 500 }, (_, seed) => order(seed)[0])).size).toBe(24);
  });

  it('grows out of known cells', () => {
    const [step = []] = localitySteps({ ...none, known: [136], tokensPerStep: [1, 254] }, Random.of(0, 'order'), {
      tau: 1,
      rho: 1,
    });
    expect(step).toEqual([{ cell: expect.toBeOneOf([120, 135, 137, 152]) as number, score: 1 }]);
  });

  it('spreads the cells of a step that has no context', () => {
    const counts = { grid: { width: 9, height: 9 }, known: [], tokensPerStep: [2, 79] };
    for (let seed = 0; seed < 100; seed++) {
      const [first = 0, second = 0] = localityOrder(counts, Random.of(seed, 'order'));
      const away = (cell: number) =>
        Math.hypot(
          rowOf(cell, counts.grid) - rowOf(first, counts.grid),
          columnOf(cell, counts.grid) - columnOf(first, counts.grid),
        );
      expect(away(second)).toBe(Math.max(...openCells(counts).map(away)));
    }
  });

  it('differs from seed to seed', () => {
    const order = (seed: number) =>
      String(
        localityOrder(
          { ...none, tokensPerStep: tokensPerStep({ kind: 'cosine', steps: 32 }, 256) },
          Random.of(seed, 'order'),
        ),
      );
    expect(new Set(Array.from({ length: 100 }, (_, seed) => order(seed))).size).toBe(100);
  });

  it('uses the measured tau and rho by default', () => {
    const cells = { ...none, tokensPerStep: tokensPerStep({ kind: 'cosine', steps: 16 }, 256) };
    expect(localityOrder(cells, Random.of(5, 'order'))).toEqual(
      localityOrder(cells, Random.of(5, 'order'), defaultLocality),
    );
  });
});
