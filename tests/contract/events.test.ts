import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import {
  followSubscription,
  generateSubscription,
  overSse,
  overWebSocket,
  post,
  readEvents,
  useServer,
  type SubscribedEvent,
} from '../support/server.js';

/** The promises of the event stream, checked over both transports with the built-in model. */
const running = useServer({ models: builtInModels });
const transports = { 'a WebSocket': overWebSocket, 'server-sent events': overSse };

const terminal = /^Generation(Completed|Failed|Cancelled)$/;
const label = { name: 'rocket' };

interface Step extends SubscribedEvent {
  readonly totalSteps: number;
  readonly images: readonly { positions: number[]; tokens: number[]; probabilities: number[]; decoded: number }[];
}
const stepsOf = (events: readonly SubscribedEvent[]) =>
  events.filter((event): event is Step => event.__typename === 'StepDecoded');

describe.each(Object.entries(transports))('over %s', (_, subscribe) => {
  it('every step of a generation arrives, in order, then its pictures', async () => {
    const { url } = running();
    const input = { label, seed: 11, steps: 20, count: 2, preview: { mode: 'NONE' } };
    const events = await readEvents(subscribe(url, generateSubscription, { input }));

    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
    const steps = stepsOf(events);
    const names = events.map(({ __typename }) => __typename);
    expect(names).toEqual([
      'GenerationQueued',
      'GenerationStarted',
      ...steps.map(() => 'StepDecoded'),
      'GenerationCompleted',
    ]);
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
    expect(steps.every(({ totalSteps }) => totalSteps === steps.length)).toBe(true);

    const completed = events.at(-1) as SubscribedEvent & {
      images: { index: number; seed: number; grid: { values: number[] }; image: { url: string } }[];
    };
    for (const [index, image] of completed.images.entries()) {
      const grid = new Array<number>(256).fill(-1);
      for (const { images } of steps) {
        const { positions = [], tokens = [], probabilities = [] } = images[index] ?? {};
        for (const [i, cell] of positions.entries()) {
          expect(grid[cell]).toBe(-1);
          grid[cell] = tokens[i] ?? -1;
          expect(probabilities[i]).toBeGreaterThan(0);
          expect(probabilities[i]).toBeLessThanOrEqual(1);
        }
      }
      expect(image.grid.values).toEqual(grid);
      expect(image.seed).toBe(11 + index);
      const file = await fetch(image.image.url);
      expect(file.headers.get('content-type')).toBe('image/png');
    }
    expect(steps.at(-1)?.images[0]?.decoded).toBe(256);
  });

  it('a mosaic follows every step by default', async () => {
    const { url } = running();
    const events = await readEvents(subscribe(url, generateSubscription, { input: { label, seed: 1, steps: 12 } }));
    const previews = events.filter(({ __typename }) => __typename === 'PreviewRendered');
    expect(previews.length).toBeGreaterThanOrEqual(stepsOf(events).length - 1);
    for (const { mode, image } of previews) {
      expect(mode).toBe('MOSAIC');
      expect((image as { dataUri: string }).dataUri).toMatch(/^data:image\/png;base64,iVBOR/);
    }
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  });

  it('decoded previews arrive as available, none after the end', async () => {
    const { url } = running();
    const input = { label, seed: 1, schedule: { kind: 'ONE_BY_ONE' }, preview: { mode: 'DECODED' } };
    let events: SubscribedEvent[] = [];
    let previews: SubscribedEvent[] = [];
    // Previews yield to everything else, so on a busy machine a picture may finish before its first preview.
    for (let tries = 0; tries < 200 && previews.length === 0; tries++) {
      events = await readEvents(subscribe(url, generateSubscription, { input }));
      previews = events.filter(({ __typename }) => __typename === 'PreviewRendered');
    }
    expect(previews.length).toBeGreaterThan(0);
    expect(previews.every(({ mode }) => mode === 'DECODED')).toBe(true);
    const steps = previews.map(({ step }) => step ?? 0);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(events.findIndex(({ __typename }) => terminal.test(__typename))).toBe(events.length - 1);
  });

  it('a late subscriber gets everything after `after`, without gaps or duplicates', async () => {
    const { url } = running();
    const mutation = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
    const input = { label, seed: 3, steps: 30, preview: { mode: 'NONE' } };
    const { data } = await post<{ generate: { id: string } }>(url, mutation, { input });
    const id = data?.generate.id;
    const whole = await readEvents(subscribe(url, followSubscription, { id }));
    expect(whole.map(({ sequence }) => sequence)).toEqual(whole.map((_, i) => i + 1));
    expect(whole.at(-1)?.__typename).toBe('GenerationCompleted');
    const late = await readEvents(subscribe(url, followSubscription, { id, after: whole.length - 3 }));
    expect(late.map(({ sequence }) => sequence)).toEqual([whole.length - 2, whole.length - 1, whole.length]);
    expect(await readEvents(subscribe(url, followSubscription, { id, after: whole.length }))).toEqual([]);
  });

  it('a returning subscriber continues where it was cut off, while the generation runs', async () => {
    const { url } = running();
    const mutation = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
    const input = { label, seed: 4, schedule: { kind: 'ONE_BY_ONE' }, preview: { mode: 'NONE' } };
    const { data } = await post<{ generate: { id: string } }>(url, mutation, { input });
    const seen: number[] = [];
    for (let after = 0, ended = false; !ended;) {
      let left = 60;
      const variables = { id: data?.generate.id, after };
      const part = await readEvents(subscribe(url, followSubscription, variables), () => --left > 0);
      seen.push(...part.map(({ sequence }) => sequence));
      after = seen.at(-1) ?? 0;
      ended = terminal.test(part.at(-1)?.__typename ?? '');
    }
    expect(seen.length).toBeGreaterThan(256);
    expect(seen).toEqual(seen.map((_, i) => i + 1));
  });

  it('leaving a generate subscription cancels it, and no further step is computed', async () => {
    const { url, engine } = running();
    // As many pictures as allowed, so that steps are slow: few are computed before the cancel arrives, even on a busy
    // machine.
    const input = { label, count: 16, schedule: { kind: 'ONE_BY_ONE' }, preview: { mode: 'NONE' } };
    const before = engine.load.stepsComputed;
    const events = await readEvents(subscribe(url, generateSubscription, { input }), ({ step }) => step !== 5);
    const id = events[0]?.generation.id ?? '';
    const rest = await readEvents(overWebSocket(url, followSubscription, { id }));
    expect(rest.at(-1)?.__typename).toBe('GenerationCancelled');
    // The next generation runs only after the thread has dropped the cancelled one, so no step of that can follow.
    const behind = async (steps: number) => {
      const soFar = engine.load.stepsComputed;
      const drawn = { label, steps, preview: { mode: 'NONE' } };
      const seen = stepsOf(await readEvents(subscribe(url, generateSubscription, { input: drawn })));
      return { steps: seen.length, computed: engine.load.stepsComputed - soFar };
    };
    const first = await behind(1);
    const computed = engine.load.stepsComputed - before - first.steps;
    expect(computed).toBeGreaterThanOrEqual(5);
    expect(computed).toBeLessThan(128);
    const second = await behind(30);
    expect(second.computed).toBe(second.steps);
  });

  it('a generation with keep continues when its subscriber leaves', async () => {
    const { url } = running();
    const input = { label, steps: 30, keep: true, preview: { mode: 'NONE' } };
    const events = await readEvents(subscribe(url, generateSubscription, { input }), ({ step }) => step !== 2);
    const id = events[0]?.generation.id ?? '';
    const rest = await readEvents(subscribe(url, followSubscription, { id, after: events.length }));
    expect(rest.at(-1)?.__typename).toBe('GenerationCompleted');
  });

  it('the same input and seed give the same tokens, another seed others', async () => {
    const { url } = running();
    const tokens = async (seed: number, order: string) => {
      const input = { label, seed, steps: 16, order: { kind: order }, preview: { mode: 'NONE' } };
      const events = await readEvents(subscribe(url, generateSubscription, { input }));
      return JSON.stringify((events.at(-1) as unknown as { images: { grid: unknown }[] }).images[0]?.grid);
    };
    for (const order of ['RANDOM', 'HALTON']) {
      const first = await tokens(42, order);
      expect(await tokens(42, order)).toBe(first);
      expect(await tokens(43, order)).not.toBe(first);
    }
  });

  it('invalid input is rejected before anything is queued', async () => {
    const { url, engine } = running();
    const before = engine.list().length;
    const results = [];
    for await (const result of subscribe(url, generateSubscription, { input: { label, steps: 257 } })) {
      results.push(result);
    }
    expect(results).toHaveLength(1);
    expect(results[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.steps' });
    expect(engine.list().length).toBe(before);
  });
});

describe('cancelling', () => {
  it('ends running and waiting generations with one GenerationCancelled each, and not finished ones', async () => {
    const { url, engine } = running();
    const mutation = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
    const cancel = `mutation ($id: ID!) { cancelGeneration(id: $id) { id status } }`;
    // Memory for one of these long generations, so two wait.
    const input = {
      label,
      count: 8,
      size: { factor: 2 },
      schedule: { kind: 'ONE_BY_ONE' },
      preview: { mode: 'NONE' },
    };
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { data } = await post<{ generate: { id: string } }>(url, mutation, { input });
      ids.push(data?.generate.id ?? '');
    }
    expect(engine.load).toMatchObject({ running: 1, queued: 2 });
    for (const id of [...ids].reverse()) {
      const { data } = await post<{ cancelGeneration: { status: string } }>(url, cancel, { id });
      expect(data?.cancelGeneration.status).toBe('CANCELLED');
    }
    for (const id of ids) {
      const events = await readEvents(overWebSocket(url, followSubscription, { id }));
      expect(events.filter(({ __typename }) => terminal.test(__typename))).toHaveLength(1);
      expect(events.at(-1)?.__typename).toBe('GenerationCancelled');
      const again = await post<{ cancelGeneration: { status: string } }>(url, cancel, { id });
      expect(again.data?.cancelGeneration.status).toBe('CANCELLED');
    }
  });
});
