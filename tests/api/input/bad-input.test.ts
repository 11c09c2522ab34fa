import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { post, useServer } from '../../support/server.js';

/** square4: 16 cells, 50 tokens, 10 classes. */
const running = useServer();

const generate = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
const label = { index: 1 };

async function refusal(input: object, query = generate): Promise<{ field: unknown; message: string }> {
  const { url, engine } = running();
  const before = engine.list().length;
  const { errors } = await post(url, query, { input });
  expect(engine.list().length).toBe(before);
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  return { field: errors?.[0]?.extensions.field, message: errors?.[0]?.message ?? '' };
}

describe('invalid input', () => {
  it.each([
    [{ label, model: 'nope' }, 'input.model', '"square4"'],
    [{ label: { name: 'clas-3' } }, 'input.label.name', '"class-3"'],
    [{ label: { index: 10 } }, 'input.label.index', 'from 0 to 9, got 10'],
    [{ label, seed: -1 }, 'input.seed', 'from 0 to 2147483647, got -1'],
    [{ label, seed: 2147483647, count: 2 }, 'input.seed', 'from 0 to 2147483646'],
    [{ label, count: 17 }, 'input.count', 'from 1 to 16, got 17'],
    [{ label, steps: 0 }, 'input.steps', 'from 1 to 16, got 0'],
    [{ label, guidance: { start: -1, end: 2 } }, 'input.guidance.start', 'from 0 to 100, got -1'],
    [{ label, guidance: { start: 1, end: 101 } }, 'input.guidance.end', 'from 0 to 100, got 101'],
    [{ label, guidance: { start: 1, end: 2, power: 11 } }, 'input.guidance.power', 'from 0 to 10, got 11'],
    [{ label, temperature: 10.5 }, 'input.temperature', 'from 0 to 10, got 10.5'],
    [{ label, topK: 51 }, 'input.topK', 'from 0 to 50, got 51'],
    [{ label, topP: 1.5 }, 'input.topP', 'from 0 to 1, got 1.5'],
    [{ label, order: { positions: [0, 1] } }, 'input.order.positions', 'has 2 of 16 cells'],
    [{ label, order: { positions: [0, 0] } }, 'input.order.positions', 'a cell listed once, got 0'],
    [{ label, order: { positions: [16] } }, 'input.order.positions', 'from 0 to 15, got 16'],
    [{ label, schedule: { tokensPerStep: [8, 7] } }, 'input.schedule.tokensPerStep', '16 tokens in all, got 15'],
    [{ label, schedule: { tokensPerStep: [0, 16] } }, 'input.schedule.tokensPerStep', 'from 1, got 0'],
    [{ label, schedule: { kind: 'ONE_BY_ONE' }, steps: 8 }, 'input.steps', 'omitted or 16'],
    [{ label, preview: { every: 0 } }, 'input.preview.every', 'got 0'],
    [{ label, steps: 'many' }, 'input.steps', 'Int cannot represent'],
    [{ label: { name: 'class-1', index: 1 } }, 'input.label', 'Exactly one key'],
    [{ label: {} }, 'input.label', 'Exactly one key'],
    [{}, 'input', '"label" of required type'],
  ])('%j is refused at %s', async (input, field, says) => {
    const refused = await refusal(input);
    expect(refused.field).toBe(field);
    expect(refused.message).toContain(says);
  });

  it('reports all of its problems at once', async () => {
    const { url } = running();
    const { errors } = await post(url, generate, { input: { label: { index: 99 }, steps: 99, topP: 2 } });
    const problems = errors?.[0]?.extensions.problems as { field: string }[];
    expect(problems.map(({ field }) => field)).toEqual(['input.steps', 'input.label.index', 'input.topP']);
  });

  it('is rejected with its field if it is a literal in the document', async () => {
    const { url } = running();
    const { errors } = await post(url, `mutation { generate(input: { label: { index: 1 }, steps: "x" }) { id } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.steps' });
  });

  it.each(['{', 'query { nothing }', ''])('the document %j is refused', async (query) => {
    const { errors } = await post(running().url, query);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('never causes an internal error, and is queued if valid', async () => {
    const wild = fc.oneof(
      fc.integer({ min: -5, max: 300 }),
      fc.double({ min: -1e3, max: 1e3 }),
      fc.constant(null),
      fc.string({ maxLength: 5 }),
    );
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const inputs = fc.record({
      label: fc.oneof(fc.record({ index: wild }), fc.record({ name: fc.string({ maxLength: 12 }) }), wild),
      seed: maybe(wild),
      count: maybe(fc.constantFrom(1, 2, 0, -1, 17)),
      steps: maybe(wild),
      guidance: maybe(fc.record({ start: wild, end: wild, power: maybe(wild) })),
      temperature: maybe(wild),
      topK: maybe(wild),
      topP: maybe(wild),
      order: maybe(fc.oneof(fc.record({ positions: fc.array(fc.integer({ min: -1, max: 20 })) }), wild)),
      schedule: maybe(fc.record({ tokensPerStep: fc.array(fc.integer({ min: -1, max: 20 })) })),
      preview: maybe(fc.record({ every: wild })),
    });
    const { url, engine } = running();
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const { data, errors } = await post<{ generate: { id: string } }>(url, generate, { input });
        if (errors) {
          expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
          expect(errors[0]?.extensions.field).toMatch(/^input/);
        } else {
          const generation = engine.find(data?.generate.id ?? '');
          expect(generation).toBeDefined();
          if (generation) engine.cancel(generation);
        }
      }),
      { numRuns: 200 },
    );
    expect(running().reported).toEqual([]);
  });

  it('a permutation with one cell changed is rejected', async () => {
    const cells = Array.from({ length: 16 }, (_, cell) => cell);
    const permutations = fc.shuffledSubarray(cells, { minLength: 16 });
    await fc.assert(
      fc.asyncProperty(permutations, fc.nat(15), fc.integer({ min: -3, max: 20 }), async (positions, at, cell) => {
        const changed = positions.map((value, i) => (i === at ? cell : value));
        if (changed[at] === positions[at]) return;
        expect((await refusal({ label, order: { positions: changed } })).field).toBe('input.order.positions');
      }),
      { numRuns: 50 },
    );
  });
});

describe('unknown ids', () => {
  it('give null in queries, and an error in cancel and follow', async () => {
    const { url } = running();
    const { data } = await post(url, `{ generation(id: "x") { id } model(id: "x") { id } }`);
    expect(data).toEqual({ generation: null, model: null });
    const { errors } = await post(url, `mutation { cancelGeneration(id: "x") { id } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', field: 'id' });
  });
});
