import { describe, expect, it } from 'vitest';
import { generateSubscription, overWebSocket, post, readEvents, useServer } from '../../support/server.js';

/** square4, the default: 4 x 4 cells. */
const running = useServer();

async function queued(input: object): Promise<unknown> {
  const query = `mutation ($input: GenerateInput!) { generate(input: $input) { input } }`;
  const { data, errors } = await post<{ generate: { input: unknown } }>(running().url, query, { input });
  expect(errors).toBeUndefined();
  return data?.generate.input;
}

describe('the input of a generation', () => {
  it('contains everything that was given and nothing else', async () => {
    const input = {
      model: 'square8',
      label: { name: 'class-3' },
      seed: 7,
      count: 2,
      steps: 5,
      guidance: { start: 1, end: 2.5, curve: 'COSINE', power: 0.5 },
      temperature: 0,
      topK: 10,
      topP: 0.9,
      order: { kind: 'HALTON' },
      schedule: { kind: 'LINEAR' },
      preview: { mode: 'DECODED', every: 3 },
    };
    expect(await queued(input)).toEqual(input);
    expect(await queued({ ...input, size: { factor: 1 }, keep: true })).toEqual({ ...input, size: { factor: 1 } });
  });

  it('contains the chosen model and seed if none was given, and nothing that was null', async () => {
    const { engine } = running();
    const told = await queued({ label: { index: 2 }, steps: null, order: null, source: null });
    const [newest] = engine.list();
    expect(told).toEqual({ model: 'square4', label: { index: 2 }, seed: newest?.request.seed });
  });

  it('contains known tokens instead of the source', async () => {
    const tokens = { positions: [9, 0, 4], tokens: [30, 1, 0] };
    expect(await queued({ label: { index: 2 }, seed: 1, source: { tokens } })).toEqual({
      model: 'square4',
      label: { index: 2 },
      seed: 1,
      source: { tokens: { positions: [0, 4, 9], tokens: [1, 0, 30] } },
    });
  });

  it('is available in every event of a subscription', async () => {
    const query = generateSubscription.replace('generation {', 'generation { input');
    const input = { label: { index: 1 }, seed: 3, steps: 2 };
    const events = await readEvents(overWebSocket(running().url, query, { input }));
    expect(events.length).toBeGreaterThan(3);
    for (const { generation } of events) expect(generation).toMatchObject({ input: { model: 'square4', ...input } });
  });
});
