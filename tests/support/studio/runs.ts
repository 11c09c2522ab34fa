import fc from 'fast-check';
import type { GenerationEvent } from 'randar-client';

/** A generation as a server might report it, with pictures of a few cells. */
export interface Run {
  readonly events: readonly GenerationEvent[];
  readonly width: number;
  readonly height: number;
  /** Cells of each picture given by its source. */
  readonly given: readonly number[];
  /** Cells decoded in each step, the same for each picture. */
  readonly steps: readonly (readonly number[])[];
  readonly count: number;
}

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly order: readonly number[];
  readonly givenCount: number;
  readonly cuts: readonly number[];
  readonly previewed: readonly boolean[];
}

/** Any grid, source, order, steps and previews. */
export const runs: fc.Arbitrary<Run> = fc
  .record({ width: fc.integer({ min: 1, max: 5 }), height: fc.integer({ min: 1, max: 5 }) })
  .chain(({ width, height }) => {
    const cells = width * height;
    const every = Array.from({ length: cells }, (_, cell) => cell);
    return fc.record<Shape>({
      width: fc.constant(width),
      height: fc.constant(height),
      count: fc.integer({ min: 1, max: 3 }),
      order: fc.shuffledSubarray(every, { minLength: cells, maxLength: cells }),
      givenCount: fc.integer({ min: 0, max: cells - 1 }),
      cuts: fc.subarray(every),
      previewed: fc.array(fc.boolean(), { minLength: cells, maxLength: cells }),
    });
  })
  .map(runOf);

function runOf({ width, height, count, order, givenCount, cuts, previewed }: Shape): Run {
  const given = order.slice(0, givenCount);
  const rest = order.slice(givenCount);
  const bounds = [0, ...cuts.filter((cut) => cut > 0 && cut < rest.length), rest.length];
  const steps = bounds.slice(1).map((bound, at) => rest.slice(bounds[at], bound));
  const values = Array.from({ length: width * height }, (_, cell) => (given.includes(cell) ? 1 : null));
  const events: GenerationEvent[] = [];
  const base = () => ({
    sequence: events.length + 1,
    elapsedMs: events.length * 10,
    generation: { id: 'one', status: 'RUNNING' as const, step: 0 },
  });
  const pictures = Array.from({ length: count }, (_, index) => index);
  events.push({ ...base(), __typename: 'GenerationQueued', position: 0, generation: facts(count, steps.length) });
  events.push({
    ...base(),
    __typename: 'GenerationStarted',
    totalSteps: steps.length,
    known: pictures.map(() => ({ width, height, values })),
  });
  steps.forEach((positions, at) => {
    const images = pictures.map((index) => ({
      index,
      positions,
      tokens: positions.map((cell) => cell + index),
      probabilities: positions.map((cell) => (cell + 1) / (width * height)),
      decoded: 0,
    }));
    events.push({ ...base(), __typename: 'StepDecoded', step: at + 1, totalSteps: steps.length, images });
    if (!previewed[at]) return;
    for (const index of pictures) {
      const image = { width: 8, height: 8, url: `http://other:1/pictures/${index}/${at + 1}.webp` };
      events.push({ ...base(), __typename: 'PreviewRendered', step: at + 1, index, mode: 'MOSAIC', image });
    }
  });
  const images = pictures.map((index) => ({
    index,
    seed: 5 + index,
    grid: { width, height, values },
    image: { width: 8, height: 8, url: `http://other:1/pictures/${index}/done.png` },
  }));
  events.push({ ...base(), __typename: 'GenerationCompleted', images });
  return { events, width, height, given, steps, count };
}

function facts(count: number, totalSteps: number) {
  return {
    id: 'one',
    status: 'QUEUED' as const,
    model: { id: 'm', name: 'M', gridWidth: 4, gridHeight: 4, imageWidth: 8, imageHeight: 8 },
    label: { index: 0, name: 'rocket', title: 'Rocket', symbol: null },
    seed: 5,
    count,
    input: { model: 'm', label: { name: 'rocket' }, seed: 5, count },
    step: 0,
    totalSteps,
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    error: null,
  };
}
