import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GenerationEvent } from '../../src/generation/event.js';
import { Generation } from '../../src/generation/generation.js';
import type { Picture } from '../../src/generation/picture.js';
import type { GenerationRequest, PreviewRequest } from '../../src/generation/request.js';
import { addPreviews, DecodedPreviews } from '../../src/preview/previews.js';

const cells = 8;

function generation(preview: PreviewRequest, more: Partial<GenerationRequest> = {}): Generation {
  return new Generation('g', {
    model: 'm',
    label: 0,
    seed: 1,
    count: 1,
    width: cells,
    height: 1,
    tokensPerStep: new Array<number>(cells).fill(1),
    order: { kind: 'raster' },
    guidance: { start: 1, end: 1, curve: 'linear', power: 1 },
    sampling: { temperature: 1, topK: 0, topP: 1 },
    preview,
    ...more,
  });
}

/** Decodes the next cell of every picture. Its token is the step's number, plus 10 per preceding picture. */
function step(of: Generation): void {
  const step = of.step + 1;
  const images = of.tokens.map((_, index) => ({
    positions: Int32Array.of(step - 1),
    tokens: Int32Array.of(step + 10 * index),
    probabilities: Float32Array.of(1),
    decoded: step,
  }));
  of.apply({ type: 'step', step, images });
}

/** The previews in a log, and what each one shows. */
async function previewsOf(of: Generation): Promise<{ step: number; index: number; mode: string; known: number[] }[]> {
  const log = of.log.follow();
  const events: GenerationEvent[] = [];
  while (events.length < of.log.length) events.push((await log.next()).value as GenerationEvent);
  return events.flatMap((event) => {
    if (event.type !== 'preview') return [];
    const { step, index, mode, picture } = event;
    return [{ step, index, mode, known: [...picture.tokens].filter((token) => token >= 0) }];
  });
}

const never = new DecodedPreviews(
  () => Promise.reject(new Error('nothing is to be rendered')),
  1,
  (error) => {
    throw error;
  },
);

describe('mosaics', () => {
  it('come after every n-th step, one per picture, and show what is known by then', async () => {
    const drawn = generation({ mode: 'mosaic', every: 2 }, { count: 2 });
    const following = addPreviews(drawn, never);
    for (let i = 0; i < 5; i++) {
      step(drawn);
      await nextTurn();
    }
    drawn.apply({ type: 'completed' });
    await following;
    expect(await previewsOf(drawn)).toEqual([
      { step: 2, index: 0, mode: 'mosaic', known: [1, 2] },
      { step: 2, index: 1, mode: 'mosaic', known: [11, 12] },
      { step: 4, index: 0, mode: 'mosaic', known: [1, 2, 3, 4] },
      { step: 4, index: 1, mode: 'mosaic', known: [11, 12, 13, 14] },
    ]);
  });

  it('do not come if none were requested', async () => {
    const drawn = generation({ mode: 'none' });
    await addPreviews(drawn, never);
    step(drawn);
    await nextTurn();
    expect(await previewsOf(drawn)).toEqual([]);
  });

  it.each(['completed', 'cancelled'] as const)('stop once the generation is %s', async (type) => {
    const drawn = generation({ mode: 'mosaic', every: 1 });
    const following = addPreviews(drawn, never);
    step(drawn);
    drawn.apply({ type });
    await following;
    expect(await previewsOf(drawn)).toEqual([]);
    expect(drawn.log.length).toBe(2);
  });
});

/** A renderer whose pictures finish, or fail, when the test says so. */
function controlled() {
  const errors: unknown[] = [];
  const asked: { picture: Picture; finish: (error?: Error) => Promise<void> }[] = [];
  const previews = new DecodedPreviews(
    (picture) =>
      new Promise<void>((resolve, reject) => {
        const finish = async (error?: Error) => {
          if (error) reject(error);
          else resolve();
          await nextTurn();
        };
        asked.push({ picture, finish });
      }),
    1,
    (error) => errors.push(error),
  );
  const last = () => {
    const newest = asked.at(-1);
    if (!newest) throw new Error('nothing was rendered');
    return newest;
  };
  return { previews, errors, asked, finish: (error?: Error) => last().finish(error) };
}

const decoded: PreviewRequest = { mode: 'decoded', every: 1 };

/** As many steps, with time for followers in between. */
async function steps(of: Generation, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    step(of);
    await nextTurn();
  }
}

describe('decoded previews', () => {
  it('show the newest step at the time of rendering and skip those in between', async () => {
    const drawn = generation(decoded);
    const { previews, asked, finish } = controlled();
    void addPreviews(drawn, previews);
    await steps(drawn, 4);
    expect(asked).toHaveLength(1);
    expect(await previewsOf(drawn)).toEqual([]);
    await finish();
    await finish();
    expect(asked).toHaveLength(2);
    expect(await previewsOf(drawn)).toEqual([
      { step: 1, index: 0, mode: 'decoded', known: [1] },
      { step: 4, index: 0, mode: 'decoded', known: [1, 2, 3, 4] },
    ]);
    await steps(drawn, 1);
    await finish();
    expect((await previewsOf(drawn)).at(-1)).toMatchObject({ step: 5 });
  });

  it('come after every n-th step only', async () => {
    const drawn = generation({ mode: 'decoded', every: 3 });
    const { previews, asked, finish } = controlled();
    void addPreviews(drawn, previews);
    await steps(drawn, 2);
    expect(asked).toHaveLength(0);
    await steps(drawn, 1);
    await finish();
    await steps(drawn, 2);
    expect((await previewsOf(drawn)).map(({ step }) => step)).toEqual([3]);
  });

  it('are rendered one at a time for all generations', async () => {
    const drawn = [generation(decoded, { count: 2 }), generation(decoded), generation(decoded)];
    const { previews, asked, finish } = controlled();
    for (const each of drawn) void addPreviews(each, previews);
    for (let i = 0; i < 3; i++) for (const each of drawn) await steps(each, 1);
    for (let rendered = 1; rendered <= 6; rendered++) {
      expect(asked).toHaveLength(rendered);
      await finish();
    }
    expect(asked).toHaveLength(6);
    const shown = await Promise.all(drawn.map(previewsOf));
    const places = shown.map((of) => of.map(({ step, index }) => [step, index]));
    const [both, second, third] = places;
    expect(both).toEqual([[1, 0], [1, 1], [3, 0], [3, 1]]); // prettier-ignore
    expect([second, third]).toEqual([[[3, 0]], [[3, 0]]]);
  });

  it('that fail are reported, and the next ones still come', async () => {
    const [unlucky, other] = [generation(decoded), generation(decoded)];
    const { previews, errors, finish } = controlled();
    for (const each of [unlucky, other]) void addPreviews(each, previews);
    await steps(unlucky, 1);
    await steps(other, 1);
    const failure = new Error('the decoder failed');
    await finish(failure);
    expect(errors).toEqual([failure]);
    await finish();
    expect(await previewsOf(other)).toHaveLength(1);
    await steps(unlucky, 1);
    await finish();
    expect((await previewsOf(unlucky)).map(({ step }) => step)).toEqual([2]);
    expect(errors).toHaveLength(1);
  });

  it('of a generation that finished meanwhile are dropped, with their errors', async () => {
    const [late, gone, failing] = [generation(decoded, { count: 3 }), generation(decoded), generation(decoded)];
    const { previews, errors, asked, finish } = controlled();
    for (const each of [late, gone, failing]) {
      void addPreviews(each, previews);
      await steps(each, 1);
    }
    await steps(failing, 1);
    late.apply({ type: 'completed' });
    gone.apply({ type: 'cancelled' });
    await finish();
    expect(await previewsOf(late)).toEqual([]);
    const known = asked.map(({ picture }) => [...picture.tokens].filter((token) => token >= 0));
    expect(known).toEqual([[1], [1, 2]]);
    failing.apply({ type: 'cancelled' });
    await finish(new Error('the worker is gone'));
    expect(errors).toEqual([]);
    expect(await previewsOf(failing)).toEqual([]);
  });
});

describe('the budget of decoded previews', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] }));
  afterEach(() => vi.useRealTimers());

  /** Rendering takes 30 ms per picture; `begun` has the start times. */
  function rendering(share: number) {
    const begun: number[] = [];
    const start = performance.now();
    const previews = new DecodedPreviews(
      async () => {
        begun.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 30));
      },
      share,
      (error) => {
        throw error;
      },
    );
    return { previews, begun };
  }

  /** Offers a preview every 5 ms for half a second. */
  async function offerAll(previews: DecodedPreviews): Promise<void> {
    const drawn = generation(decoded);
    for (let ms = 0; ms < 500; ms += 5) {
      previews.offer(drawn, 1);
      await vi.advanceTimersByTimeAsync(5);
    }
  }

  it('is kept by a pause after each', async () => {
    const { previews, begun } = rendering(0.25);
    await offerAll(previews);
    // 30 ms of 120 ms are a quarter.
    expect(begun).toEqual([0, 120, 240, 360, 480]);
  });

  it('of the whole machine leaves no pause', async () => {
    const { previews, begun } = rendering(1);
    await offerAll(previews);
    expect(begun.slice(0, 4)).toEqual([0, 30, 60, 90]);
  });
});
