import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoding, type DecodedCells, type DecodingRequest } from '../../src/decoding/decoding.js';
import { cellCount, unknownToken } from '../../src/decoding/grid.js';
import { knownCells, type KnownCells } from '../../src/decoding/known.js';
import type { Order } from '../../src/decoding/order.js';
import { tokensPerStep } from '../../src/decoding/schedule.js';
import { loadTransformerGolden } from '../support/goldens/load.js';

const greedy = { temperature: 1, topK: 1, topP: 1 };
const drawn = { temperature: 1, topK: 0, topP: 1 };
const off = { start: 1, end: 1, curve: 'linear', power: 1 } as const;
const on = { start: 1, end: 4, curve: 'linear', power: 1 } as const;

describe.each(['randar-square4', 'randar-square8'])('continuing from known tokens with %s', async (name) => {
  const { session, embeddings, ownLayout } = await loadTransformerGolden(name);
  const cells = cellCount(embeddings.grid);

  async function decode(request: DecodingRequest): Promise<{ decoding: Decoding; steps: DecodedCells[][] }> {
    const decoding = new Decoding(ownLayout, request);
    const cache = session.createCache(decoding.sequences, decoding.capacity);
    const steps: DecodedCells[][] = [];
    while (!decoding.isDone) steps.push(decoding.apply(await session.runAlone(decoding.next(), cache)));
    return { decoding, steps };
  }

  /** The cells of one picture in decoding order, with their tokens. */
  const sequenceOf = (decoding: Decoding): KnownCells => {
    const [sequence] = decoding.knownCells;
    if (!sequence) throw new Error('no picture was decoded');
    return sequence;
  };

  it.each([
    ['without guidance', off],
    ['with guidance', on],
  ])('%s gives the same as decoding without a break, wherever the break is', async (_, guidance) => {
    // With one token per step, a query sees the same positions before it in both runs.
    const request = { tokensPerStep: new Array<number>(cells).fill(1), guidance, sampling: greedy };
    const picture = { label: 3, seed: 8, order: { kind: 'random' } } as const;
    const whole = sequenceOf((await decode({ ...request, pictures: [picture] })).decoding);
    for (const cut of [1, 2, Math.floor(cells / 3), Math.floor(cells / 2), cells - 1]) {
      const known = { cells: whole.cells.slice(0, cut), tokens: whole.tokens.slice(0, cut) };
      const { decoding } = await decode({
        ...request,
        tokensPerStep: request.tokensPerStep.slice(cut),
        pictures: [{ ...picture, known }],
      });
      const resumed = sequenceOf(decoding);
      expect([...resumed.cells]).toEqual([...whole.cells]);
      expect([...resumed.tokens]).toEqual([...whole.tokens]);
    }
  });

  it('continues identically between steps of several tokens', async () => {
    const counts = tokensPerStep({ kind: 'cosine', steps: 6 }, cells);
    const picture = { label: 1, seed: 3, order: { kind: 'random' } } as const;
    const request = { guidance: on, sampling: greedy };
    const whole = sequenceOf((await decode({ ...request, tokensPerStep: counts, pictures: [picture] })).decoding);
    for (let done = 1; done < counts.length; done++) {
      const cut = counts.slice(0, done).reduce((sum, count) => sum + count, 0);
      const known = { cells: whole.cells.slice(0, cut), tokens: whole.tokens.slice(0, cut) };
      const resumed = { ...request, tokensPerStep: counts.slice(done), pictures: [{ ...picture, known }] };
      expect([...sequenceOf((await decode(resumed)).decoding).tokens]).toEqual([...whole.tokens]);
    }
  });

  it('decodes every open cell once, no known one, and leaves those as they are', async () => {
    const orders: Exclude<Order['kind'], 'explicit'>[] = ['random', 'raster', 'spiral', 'halton', 'subsample'];
    const cases = fc.record({
      given: fc.uniqueArray(fc.nat(cells - 1), { minLength: 1, maxLength: cells - 1 }),
      kind: fc.constantFrom(...orders),
      steps: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(1000),
      guidance: fc.constantFrom(off, on),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ given, kind, steps, seed, guidance }) => {
        const open = cells - given.length;
        const grid = new Int32Array(cells).fill(unknownToken);
        for (const cell of given) grid[cell] = (cell * 7 + seed) % embeddings.vocabulary;
        const known = knownCells(grid, seed);
        const request: DecodingRequest = {
          pictures: [{ label: 2, seed, order: { kind }, known }],
          tokensPerStep: tokensPerStep({ kind: 'linear', steps: Math.min(steps, open) }, open),
          guidance,
          sampling: drawn,
        };
        const { decoding, steps: decoded } = await decode(request);
        const fresh = decoded.flatMap(([image]) => [...(image?.positions ?? [])]);
        expect([...fresh].sort((a, b) => a - b)).toEqual(
          [...grid.keys()].filter((cell) => grid[cell] === unknownToken),
        );
        const result = new Int32Array(cells).fill(unknownToken);
        const { cells: all, tokens } = sequenceOf(decoding);
        all.forEach((cell, at) => (result[cell] = tokens[at] ?? unknownToken));
        for (const cell of given) expect(result[cell]).toBe(grid[cell]);
        expect(result.every((token) => token >= 0 && token < embeddings.vocabulary)).toBe(true);

        const again = sequenceOf((await decode(request)).decoding);
        expect([...again.tokens]).toEqual([...tokens]);
        expect([...again.cells]).toEqual([...all]);
      }),
      { numRuns: 25 },
    );
  });

  it('depends on the known tokens', async () => {
    const go = async (first: number) => {
      const grid = new Int32Array(cells).fill(unknownToken);
      for (let cell = 0; cell < cells / 2; cell++) grid[cell] = (first + cell) % embeddings.vocabulary;
      const open = cells - cells / 2;
      const { decoding } = await decode({
        pictures: [{ label: 2, seed: 5, order: { kind: 'raster' }, known: knownCells(grid, 5) }],
        tokensPerStep: new Array<number>(open).fill(1),
        guidance: off,
        sampling: drawn,
      });
      return [...sequenceOf(decoding).tokens.slice(open)];
    };
    expect(await go(1)).toEqual(await go(1));
    expect(await go(1)).not.toEqual(await go(9));
  });

  it('counts known cells as decoded for guidance', async () => {
    // From the half on, guidance from 1 to 3 goes from 2 to 3, like any other that is 2 there.
    const grid = new Int32Array(cells)
      .fill(unknownToken)
      .map((_, cell) => (cell < cells / 2 ? cell % 5 : unknownToken));
    const go = async (start: number, end: number) => {
      const { steps } = await decode({
        pictures: [{ label: 2, seed: 5, order: { kind: 'raster' }, known: knownCells(grid, 5) }],
        tokensPerStep: [1, cells / 2 - 1],
        guidance: { start, end, curve: 'linear', power: 1 },
        sampling: drawn,
      });
      return steps[0]?.[0]?.probabilities[0];
    };
    expect(await go(1, 3)).toBe(await go(2, 2));
    expect(await go(1, 3)).not.toBe(await go(1, 1));
  });
});

describe('known cells', () => {
  const grids = fc.array(fc.integer({ min: -1, max: 30 }), { minLength: 1, maxLength: 64 });

  it('are the cells with a token, each once, in an order that depends on the seed', () => {
    fc.assert(
      fc.property(grids, fc.nat(), (values, seed) => {
        const grid = Int32Array.from(values);
        const { cells, tokens } = knownCells(grid, seed);
        expect([...cells].sort((a, b) => a - b)).toEqual([...grid.keys()].filter((cell) => values[cell] !== -1));
        expect([...tokens]).toEqual([...cells].map((cell) => values[cell]));
        expect(knownCells(grid, seed)).toEqual({ cells, tokens });
      }),
    );
    const all = new Int32Array(64);
    expect(knownCells(all, 1).cells).not.toEqual(knownCells(all, 2).cells);
    expect([...knownCells(all, 1).cells]).not.toEqual([...all.keys()]);
  });
});
