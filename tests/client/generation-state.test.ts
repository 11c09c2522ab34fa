import fc from 'fast-check';
import {
  createClient,
  failedState,
  idleState,
  isOver,
  nextState,
  RandarError,
  type GenerationEvent,
  type GenerationState,
} from 'randar-client';
import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';

const side = 4;
const cells = side * side;
const fold = (events: readonly GenerationEvent[], from: GenerationState = idleState) => events.reduce(nextState, from);

const model = { id: 'm', name: 'M', gridWidth: side, gridHeight: side, imageWidth: 32, imageHeight: 32 };
const generation = {
  id: 'g',
  status: 'QUEUED',
  model,
  label: { index: 0, name: 'rocket', title: 'Rocket', symbol: null },
  seed: 1,
  input: { model: 'm', label: { name: 'rocket' }, seed: 1 },
  step: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  error: null,
} as const;

interface Story {
  readonly events: readonly GenerationEvent[];
  readonly grids: readonly (readonly number[])[];
  readonly knownCount: number;
}

/** The complete events of any generation on this grid, as a server may send them. */
const story: fc.Arbitrary<Story> = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    orders: fc.array(fc.shuffledSubarray([...Array(cells).keys()], { minLength: cells }), {
      minLength: 3,
      maxLength: 3,
    }),
    grids: fc.array(fc.array(fc.nat(99), { minLength: cells, maxLength: cells }), { minLength: 3, maxLength: 3 }),
    knownCount: fc.nat(cells - 1),
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: cells, maxLength: cells }),
    previewAfter: fc.array(fc.boolean(), { minLength: cells, maxLength: cells }),
    end: fc.constantFrom('GenerationCompleted' as const, 'GenerationFailed' as const, 'GenerationCancelled' as const),
  })
  .map(({ count, orders, grids, knownCount, sizes, previewAfter, end }) => {
    const pictures = [...Array(count).keys()];
    const tokenOf = (picture: number, cell: number) => grids[picture]?.[cell] ?? -1;
    const orderOf = (picture: number) => orders[picture] ?? [];
    const bounds = [knownCount];
    for (const size of sizes) {
      const from = bounds.at(-1) ?? 0;
      if (from < cells) bounds.push(Math.min(cells, from + size));
    }
    const totalSteps = bounds.length - 1;
    const known = pictures.map((picture) => ({
      width: side,
      height: side,
      values: [...Array(cells).keys()].map((cell) =>
        orderOf(picture).indexOf(cell) < knownCount ? tokenOf(picture, cell) : null,
      ),
    }));
    const image = { width: 32, height: 32 };
    type Bare = GenerationEvent extends infer Event
      ? Event extends GenerationEvent
        ? Omit<Event, 'sequence' | 'elapsedMs'>
        : never
      : never;
    const bare: Bare[] = [
      { __typename: 'GenerationQueued', position: 0, generation: { ...generation, count, totalSteps } },
      { __typename: 'GenerationStarted', totalSteps, known, generation },
    ];
    for (let step = 1; step <= totalSteps; step++) {
      const images = pictures.map((index) => {
        const positions = orderOf(index).slice(bounds[step - 1], bounds[step]);
        const tokens = positions.map((cell) => tokenOf(index, cell));
        return { index, positions, tokens, probabilities: tokens.map(() => 0.5), decoded: bounds[step] ?? 0 };
      });
      bare.push({ __typename: 'StepDecoded', step, totalSteps, images, generation });
      if (previewAfter[step])
        bare.push({ __typename: 'PreviewRendered', step, index: step % count, mode: 'MOSAIC', image, generation });
    }
    const finished = pictures.map((index) => ({
      index,
      seed: 1 + index,
      grid: { width: side, height: side, values: grids[index] ?? [] },
      image,
    }));
    if (end === 'GenerationCompleted') bare.push({ __typename: end, images: finished, generation });
    if (end === 'GenerationFailed')
      bare.push({ __typename: end, error: { code: 'WORKER_DIED', message: 'it died' }, generation });
    if (end === 'GenerationCancelled') bare.push({ __typename: end, generation });
    const events = bare.map((event, i) => ({ ...event, sequence: i + 1, elapsedMs: i * 10 }));
    return { events, grids, knownCount };
  });

describe('the state of a generation', () => {
  it('always has exactly the tokens reported so far', () => {
    fc.assert(
      fc.property(story, fc.nat(), ({ events, grids }, at) => {
        const told = events.slice(0, 1 + (at % events.length));
        const state = fold(told);
        expect(state.sequence).toBe(told.length);
        for (const [index, picture] of state.pictures.entries()) {
          const known = picture.tokens.flatMap((token, cell) => (token === null ? [] : [cell]));
          expect(picture.decoded).toBe(known.length);
          for (const cell of known) expect(picture.tokens[cell]).toBe(grids[index]?.[cell]);
          const decoded = picture.cellsByStep.flat();
          expect(new Set(decoded).size).toBe(decoded.length);
          if (state.status !== 'COMPLETED') expect(new Set(decoded)).toEqual(new Set(known));
          expect(picture.cellsByStep.length).toBe(state.step + 1);
        }
      }),
    );
  });

  it('ignores repeated events', () => {
    fc.assert(
      fc.property(story, fc.nat(), fc.nat(), ({ events }, at, back) => {
        const reached = at % (events.length + 1);
        const state = fold(events.slice(0, reached));
        const again = events.slice(reached === 0 ? 0 : back % reached, reached);
        expect(fold(again, state)).toBe(state);
        expect(fold(events.slice(reached), fold(again, state))).toEqual(fold(events));
      }),
    );
  });

  it('never mutates its arguments', () => {
    const frozen = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
      Object.freeze(value);
      Object.values(value).forEach(frozen);
    };
    fc.assert(
      fc.property(story, ({ events }) => {
        frozen(events);
        events.reduce((state, event) => {
          frozen(state);
          return nextState(state, event);
        }, idleState);
      }),
    );
  });

  it('ends with the last event, and not before', () => {
    fc.assert(
      fc.property(story, ({ events }) => {
        expect(isOver(fold(events))).toBe(true);
        expect(isOver(fold(events.slice(0, -1)))).toBe(false);
        const { status, error } = fold(events);
        expect(error?.code).toBe(status === 'FAILED' ? 'WORKER_DIED' : undefined);
      }),
    );
  });

  it('keeps the newest preview if an older one arrives late', () => {
    const started: GenerationEvent[] = [
      {
        __typename: 'GenerationQueued',
        sequence: 1,
        elapsedMs: 0,
        position: 0,
        generation: { ...generation, count: 1, totalSteps: 3 },
      },
      {
        __typename: 'GenerationStarted',
        sequence: 2,
        elapsedMs: 0,
        totalSteps: 3,
        known: [{ width: 1, height: 1, values: [null] }],
        generation,
      },
    ];
    const preview = (sequence: number, step: number): GenerationEvent => ({
      __typename: 'PreviewRendered',
      sequence,
      elapsedMs: 0,
      step,
      index: 0,
      mode: 'DECODED',
      image: { width: 1, height: 1, dataUri: `data:${step}` },
      generation,
    });
    expect(fold([...started, preview(3, 2), preview(4, 1)]).pictures[0]?.preview?.step).toBe(2);
  });

  it('includes an error that ended the events', () => {
    const problems = [{ field: 'input.label', message: 'no such label' }];
    const error = new RandarError('no such label', { code: 'BAD_USER_INPUT', field: 'input.label', problems });
    expect(failedState(idleState, error)).toMatchObject({
      status: 'FAILED',
      error: { code: 'BAD_USER_INPUT', message: 'no such label', field: 'input.label', problems },
    });
    const busy = new RandarError('try again', { code: 'QUEUE_FULL', retryAfterSeconds: 3 });
    expect(failedState(idleState, busy).error).toEqual({
      code: 'QUEUE_FULL',
      message: 'try again',
      retryAfterSeconds: 3,
    });
    expect(failedState(idleState, new Error('file is gone')).error).toEqual({
      code: 'INTERNAL_CLIENT_ERROR',
      message: 'file is gone',
    });
  });
});

describe('the state of a real generation', () => {
  const running = useServer({ models: builtInModels });

  it('ends with the tokens and pictures of its last event', async () => {
    const client = createClient({ url: running().server.address });
    const input = { label: { name: 'rocket' }, seed: 3, steps: 8, count: 2 };
    let state = idleState;
    let last: GenerationState = idleState;
    for await (const event of client.generate(input)) {
      if (event.__typename === 'GenerationCompleted') last = state;
      state = nextState(state, event);
    }
    expect(state).toMatchObject({ status: 'COMPLETED', step: 8, totalSteps: 8 });
    expect(state.pictures.map(({ finished }) => finished?.seed)).toEqual([3, 4]);
    for (const { finished, imageWidth, imageHeight } of state.pictures) {
      expect(finished?.image).toMatchObject({ width: imageWidth, height: imageHeight });
    }
    // The finished pictures match the tokens reported by the steps.
    expect(last.pictures.map(({ tokens }) => tokens)).toEqual(state.pictures.map(({ tokens }) => tokens));
    await client.close();
  });
});
