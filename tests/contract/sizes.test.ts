import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { followSubscription, overWebSocket, post, readEvents, useServer } from '../support/server.js';
import { draw, inline, maskFile, photo, rgbOf, type Seen } from '../support/sources.js';

/** Enlarged pictures and several pictures at once, with the built-in model: 16 x 16 cells of 8 pixels. */
const running = useServer({ models: builtInModels });
const label = { name: 'rocket' };
const small = 16;
const side = 2 * small;
const allCells = Array.from({ length: side * side }, (_, cell) => cell);
const isSmall = (cell: number) => cell % 2 === 0 && Math.floor(cell / side) % 2 === 0;
const [evenCells, otherCells] = [allCells.filter(isSmall), allCells.filter((cell) => !isSmall(cell))];

/** Of the small picture, then of the cells in between. */
const counts = [1, 15, 40, 80, 120, 8, 160, 600];
const go = (input: object) =>
  draw(running().url, { label, seed: 3, size: { factor: 2 }, schedule: { tokensPerStep: counts }, ...input });
const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const cellsOf = ({ steps }: Seen, index = 0) => steps.flatMap(({ images }) => images[index]?.positions ?? []);

describe('a picture of twice the size', () => {
  it('draws every cell once, those of even row and column first', async () => {
    const seen = await go({});
    const positions = cellsOf(seen);
    expect(ascending(positions.slice(0, 256))).toEqual(evenCells);
    expect(ascending(positions.slice(256))).toEqual(otherCells);
    expect(seen.known).toEqual([allCells.map(() => null)]);
    const decoded = seen.steps.map(({ images }) => images[0]?.decoded);
    let sum = 0;
    expect(decoded).toEqual(seen.steps.map(({ images }) => (sum += images[0]?.positions.length ?? 0)));
    expect(decoded).toContain(256);
    expect(decoded.at(-1)).toBe(1024);
    expect(seen.steps.every(({ totalSteps }) => totalSteps === seen.steps.length)).toBe(true);
  });

  it('has twice the width, and the tokens that its steps reported', async () => {
    const { pictures, steps } = await go({});
    const grid = new Array<number | undefined>(1024);
    for (const { images } of steps) images[0]?.positions.forEach((cell, i) => (grid[cell] = images[0]?.tokens[i]));
    expect(pictures[0]?.tokens).toEqual(grid);
    expect(pictures[0]?.width).toBe(256);
    const file = await fetch(pictures[0]?.url ?? '');
    expect(await rgbOf(new Uint8Array(await file.arrayBuffer()))).toHaveLength(256 * 256 * 3);
  });

  it("starts with the steps of the same input at the model's own size", async () => {
    const alone = await go({ size: { factor: 1 }, schedule: { tokensPerStep: counts.slice(0, 5) } });
    const enlarged = await go({});
    expect(evenCells.map((cell) => enlarged.pictures[0]?.tokens[cell])).toEqual(alone.pictures[0]?.tokens);
    expect(enlarged.steps.map(({ images }) => images[0]?.positions.length)).toEqual(counts);
  });

  it('shows the small picture first in its previews, then the large one', async () => {
    const { events, steps } = await go({ preview: { mode: 'MOSAIC' } });
    const smallSteps = steps.findIndex(({ images }) => images[0]?.decoded === 256) + 1;
    const previews = events.filter(({ __typename }) => __typename === 'PreviewRendered') as unknown as {
      step: number;
      image: { width: number; height: number; dataUri: string };
    }[];
    expect(previews.length).toBeGreaterThanOrEqual(steps.length - 1);
    for (const { step, image } of previews) {
      const expected = step <= smallSteps ? 128 : 256;
      expect([image.width, image.height]).toEqual([expected, expected]);
      const pixels = await rgbOf(Buffer.from(image.dataUri.split(',')[1] ?? '', 'base64'));
      expect(pixels).toHaveLength(expected * expected * 3);
    }
  });

  it('takes an explicit order that begins with the even cells', async () => {
    const positions = [...[...evenCells].reverse(), ...otherCells];
    const seen = await go({ order: { positions } });
    expect(cellsOf(seen)).toEqual(positions);
  });

  it.each([
    ['named orders', { order: { kind: 'SUBSAMPLE' } }],
    ['a linear schedule', { steps: 8, schedule: { kind: 'LINEAR' } }],
    ['a cosine schedule', { steps: 40, schedule: null }],
    [
      'no guidance at all',
      { guidance: { start: 1, end: 1 }, size: { factor: 2, spatialGuidance: { start: 1, end: 1 } } },
    ],
    ['one step', { steps: 1, schedule: null }],
  ])('takes %s', async (_, input) => {
    const positions = cellsOf(await go(input));
    expect(ascending(positions.slice(0, 256))).toEqual(evenCells);
    expect(ascending(positions)).toEqual(allCells);
  });

  it('is the same for the same seed, and differs with other spatial guidance', async () => {
    const tokens = async (input: object) => (await go(input)).pictures[0]?.tokens;
    const first = await tokens({});
    expect(await tokens({})).toEqual(first);
    const other = await tokens({ size: { factor: 2, spatialGuidance: { start: 1, end: 1 } } });
    expect(other).not.toEqual(first);
    expect(evenCells.map((cell) => other?.[cell])).toEqual(evenCells.map((cell) => first?.[cell]));
  });

  it('can be cancelled in its second part, and no further step is computed', async () => {
    const { url, engine } = running();
    const before = engine.load.stepsComputed;
    const schedule = { tokensPerStep: [256, ...otherCells.map(() => 1)] };
    // Several pictures, so that steps are slow: few are computed before the cancel arrives, even on a busy machine.
    const seen = await draw(url, { label, count: 4, schedule, size: { factor: 2 } }, ({ step }) => step !== 4);
    const rest = await readEvents(overWebSocket(url, followSubscription, { id: seen.id }));
    expect(rest.at(-1)?.__typename).toBe('GenerationCancelled');
    // The next one runs only after the thread has dropped the cancelled one, so no step of that can follow.
    await draw(url, { label, schedule: { tokensPerStep: [256] } });
    const computed = engine.load.stepsComputed - before - 1;
    expect(computed).toBeGreaterThanOrEqual(4);
    expect(computed).toBeLessThan(300);
    const query = `query ($id: ID!) { generation(id: $id) { status step images { index } } }`;
    const { data } = await post(url, query, { id: seen.id });
    expect(data).toMatchObject({ generation: { status: 'CANCELLED', images: [] } });
  });
});

/**
 * Exact tokens, though other batch sizes may round the last bits of fp32 differently: that changes a token only if a
 * draw falls within a millionth of the border between two tokens, which none of these does.
 */
describe('each of several pictures', () => {
  const mask = () => maskFile(128, 128, (x, y) => x > 40 && y > 30);
  const inpaint = async () => ({ inpaint: { image: inline(await photo(128)), mask: inline(await mask()) } });

  it.each([
    ['from nothing', () => Promise.resolve({ size: null, schedule: null, steps: 12 })],
    ['from a source', async () => ({ size: null, schedule: null, steps: 12, source: await inpaint() })],
    ['of twice the size', () => Promise.resolve({})],
  ])('%s is the picture of its seed alone', async (_, more) => {
    const input = await more();
    const together = await go({ ...input, count: 3 });
    expect(together.pictures.map(({ seed }) => seed)).toEqual([3, 4, 5]);
    for (const { seed, tokens } of together.pictures) {
      expect((await go({ ...input, seed })).pictures[0]?.tokens).toEqual(tokens);
    }
    expect(together.pictures[0]?.tokens).not.toEqual(together.pictures[1]?.tokens);
  });
});
