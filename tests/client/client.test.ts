import { createClient, RandarError, type Client, type GenerationEvent } from 'randar-client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { startProxy } from '../support/client/proxy.js';

const running = useServer({ models: builtInModels });
const label = { name: 'rocket' };
const slow = { label, schedule: { kind: 'ONE_BY_ONE' }, preview: { mode: 'NONE' } } as const;
/** Long enough not to finish before it is left, even on a fast machine. */
const long = { ...slow, count: 16 } as const;

type Transport = 'ws' | 'sse';
const transports: Transport[] = ['ws', 'sse'];

async function read(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const sequences = (events: readonly GenerationEvent[]) => events.map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

describe.each(transports)('over %s', (transport) => {
  let client: Client;
  beforeAll(() => {
    client = createClient({ url: running().server.address, transport });
  });
  afterAll(async () => {
    await client.close();
  });

  describe('generate', () => {
    it('yields every event of a picture, from queued to completed', async () => {
      const events = await read(client.generate({ label, seed: 5, steps: 12 }));
      expect(sequences(events)).toEqual(upTo(events.length));
      const cells = new Set<number>();
      for (const event of events) {
        if (event.__typename === 'StepDecoded') for (const cell of event.images[0]?.positions ?? []) cells.add(cell);
        if (event.__typename === 'PreviewRendered') expect(event.image.dataUri).toMatch(/^data:image\/webp;base64,/);
      }
      expect(cells.size).toBe(256);
      const last = events.at(-1);
      if (last?.__typename !== 'GenerationCompleted') throw new Error(`ended with ${last?.__typename ?? 'nothing'}`);
      const [picture] = last.images;
      expect(picture?.grid.values).toHaveLength(256);
      const file = Buffer.from(picture?.image.dataUri?.split(',')[1] ?? '', 'base64');
      expect(await sharp(file).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
    });

    it('returns pictures in the requested forms only', async () => {
      const pictures = { previews: { dataUri: false, url: true, format: 'JPEG' }, images: { dataUri: false } } as const;
      for (const event of await read(client.generate({ label, seed: 5, steps: 4 }, pictures))) {
        if (event.__typename === 'PreviewRendered') {
          expect(event.image.url).toMatch(/\.jpg$/);
          expect(event.image).not.toHaveProperty('dataUri');
        }
        if (event.__typename === 'GenerationCompleted') expect(event.images[0]?.image).not.toHaveProperty('dataUri');
      }
    });

    it('cancels the generation when its loop is left', async () => {
      let id = '';
      for await (const event of client.generate(long)) {
        id = event.generation.id;
        if (event.__typename === 'StepDecoded' && event.step === 3) break;
      }
      const generation = await client.generation(id);
      expect(generation?.status).toBe('CANCELLED');
      expect(generation?.step).toBeLessThan(256);
    });

    it('does not cancel a generation with keep', async () => {
      let id = '';
      for await (const event of client.generate({ label, steps: 30, preview: { mode: 'NONE' }, keep: true })) {
        id = event.generation.id;
        if (event.__typename === 'StepDecoded') break;
      }
      expect((await read(client.follow(id))).at(-1)?.__typename).toBe('GenerationCompleted');
    });

    it('ends with the reason of its signal, and cancels', async () => {
      const abort = new AbortController();
      let id = '';
      const reading = (async () => {
        for await (const event of client.generate(long, { signal: abort.signal })) {
          id = event.generation.id;
          if (event.__typename === 'StepDecoded' && event.step === 2) abort.abort(new Error('seen enough'));
        }
      })();
      await expect(reading).rejects.toThrow('seen enough');
      expect((await client.generation(id))?.status).toBe('CANCELLED');
    });

    it('ends a pending next() when it is left from outside', async () => {
      const events = client.generate(long);
      await events.next();
      const waiting = (async () => {
        let result = await events.next();
        while (!result.done) result = await events.next();
      })();
      await events.return?.();
      await waiting;
    });

    it('rejects with the code and field of invalid input', async () => {
      const refused = read(client.generate({ label: { name: 'roket' } }));
      await expect(refused).rejects.toMatchObject({
        name: 'RandarError',
        code: 'BAD_USER_INPUT',
        field: 'input.label.name',
        message: expect.stringContaining('"rocket"') as string,
      });
      // @ts-expect-error inputs are also checked at compile time
      const unheard = read(client.generate({ label, order: { kind: 'UPWARDS' } }));
      await expect(unheard).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    });

    it('rejects with every problem as data, for any label name', async () => {
      const name = 'Expected `input.count` to be 1, got 2. Expected `input.seed` to be 1, got 2.';
      const problems = await read(client.generate({ label: { name }, steps: 999, topP: 2 })).then(
        () => [],
        (error: unknown) => (error instanceof RandarError ? error.problems : []),
      );
      const byField = new Map(problems.map((problem) => [problem.field, problem]));
      expect([...byField.keys()].sort()).toEqual(['input.label.name', 'input.steps', 'input.topP']);
      expect(byField.get('input.label.name')?.message).toContain(name);
      expect(byField.get('input.steps')).toEqual({
        field: 'input.steps',
        message: 'Expected `input.steps` to be a whole number from 1 to 256, got 999.',
        expected: 'a whole number from 1 to 256',
        got: '999',
      });
    });
  });

  describe('a lost connection', () => {
    it.each([[[3]], [[1, 2, 3, 4, 5]], [[7, 8, 60, 61, 150, 240]]])(
      'loses and doubles nothing when it is cut after %j events',
      async (cuts) => {
        const proxy = await startProxy(running().server.address);
        const remote = createClient({ transport, url: proxy.address });
        try {
          const events: GenerationEvent[] = [];
          for await (const event of remote.generate({ ...slow, seed: 9 })) {
            events.push(event);
            if (cuts.includes(events.length)) proxy.cut();
          }
          expect(events.at(-1)?.__typename).toBe('GenerationCompleted');
          expect(sequences(events)).toEqual(upTo(events.length));
          expect(proxy.connections).toBeGreaterThan(1);
        } finally {
          await remote.close();
          await proxy.close();
        }
      },
    );

    it('is an error if it stays lost', async () => {
      const proxy = await startProxy(running().server.address);
      const remote = createClient({ transport, url: proxy.address, retryAttempts: 1 });
      const reading = (async () => {
        for await (const event of remote.generate(slow)) if (event.sequence === 4) await proxy.close();
      })();
      await expect(reading).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      await remote.close();
    });

    it('is an error at once without a server', async () => {
      const proxy = await startProxy(running().server.address);
      await proxy.close();
      const nowhere = createClient({ transport, url: proxy.address });
      await expect(read(nowhere.generate({ label }))).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      await expect(nowhere.models()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      await nowhere.close();
    });
  });

  describe('follow', () => {
    it('starts after the last sequence number seen', async () => {
      const { id } = await client.queue({ label, steps: 10, preview: { mode: 'NONE' } });
      const all = await read(client.follow(id));
      expect(sequences(all)).toEqual(upTo(all.length));
      expect(sequences(await read(client.follow(id, { after: 5 })))).toEqual(upTo(all.length).slice(5));
    });

    it('rejects an unknown generation', async () => {
      await expect(read(client.follow('nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'id' });
    });
  });

  describe('questions', () => {
    it('are answered: models, labels, plan, generations, server', async () => {
      const [first] = await client.models();
      expect(first).toEqual(await client.model());
      expect(await client.model('nope')).toBeNull();
      const found = await client.labels({ search: 'rocket' });
      expect(found?.edges[0]?.node.name).toBe('rocket');
      const plan = await client.decodingPlan({ steps: 8 });
      expect(plan.reduce((sum, count) => sum + count, 0)).toBe(256);
      const queued = await client.queue({ label, steps: 2 });
      expect((await client.cancel(queued.id)).id).toBe(queued.id);
      const { edges } = await client.generations({ first: 1 });
      expect(edges[0]?.node.id).toBe(queued.id);
      expect((await client.server()).device).toBe('cpu');
    });

    it('take pictures as blobs and as data URIs, and give tokens and pictures', async () => {
      const picture = await client.detokenize({ tokens: new Array<number>(256).fill(7) });
      const dataUri = picture.dataUri ?? '';
      const blob = new Blob([Buffer.from(dataUri.split(',')[1] ?? '', 'base64')], { type: 'image/png' });
      const tokens = await client.tokenize(blob);
      expect(tokens.values).toHaveLength(256);
      expect(await client.tokenize(dataUri)).toEqual(tokens);
    });
  });
});
