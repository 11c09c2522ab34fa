import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsDue, type Painted } from '../../client/src/cells-due.js';

/** Steps that decode a grid of 64 cells in some order; the cells of the source come before the first step. */
const cellsByStep = fc
  .record({
    order: fc.shuffledSubarray([...Array(64).keys()], { minLength: 64 }),
    sizes: fc.array(fc.nat(6), { minLength: 1, maxLength: 10 }),
  })
  .map(({ order, sizes }) => {
    let from = 0;
    return sizes.map((size) => order.slice(from, (from += size)));
  });

describe('the cells to paint', () => {
  it('are those that a preview shows, each once, in decoding order', () => {
    fc.assert(
      fc.property(cellsByStep, fc.nat(), fc.nat(), (steps, at, some) => {
        const previewStep = at % steps.length;
        const shown = steps.slice(0, previewStep + 1).flat();
        const painted = new Map<number, Painted>(shown.slice(0, some % 65).map((cell) => [cell, 'preview']));
        const due = cellsDue({ cellsByStep: steps }, painted, previewStep).filter(({ as }) => as === 'preview');
        expect(due.map(({ cell }) => cell)).toEqual(shown.filter((cell) => !painted.has(cell)));
      }),
    );
  });

  it('are empty once all due ones are painted', () => {
    fc.assert(
      fc.property(cellsByStep, fc.integer({ min: -1, max: 9 }), (steps, previewStep) => {
        const painted = new Map<number, Painted>();
        for (const { cell, as } of cellsDue({ cellsByStep: steps }, painted, previewStep)) painted.set(cell, as);
        expect(cellsDue({ cellsByStep: steps }, painted, previewStep)).toEqual([]);
      }),
    );
  });

  it('show their token only if a preview is two steps late, then the preview', () => {
    const steps = [[], [1], [2], [3]];
    const due = (painted: [number, Painted][], previewStep: number) =>
      cellsDue({ cellsByStep: steps }, new Map(painted), previewStep).map(({ cell, as }) => `${cell} ${as}`);
    expect(due([], -1)).toEqual(['1 token']);
    expect(due([[1, 'token']], -1)).toEqual([]);
    expect(due([[1, 'token']], 1)).toEqual(['1 preview']);
    expect(due([[1, 'preview']], 3)).toEqual(['2 preview', '3 preview']);
  });
});
