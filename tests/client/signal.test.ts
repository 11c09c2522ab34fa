import { createClient, type Client, type GenerateInput } from 'randar-client';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';

const running = useServer({ models: builtInModels });
const label = { name: 'rocket' };
/** Long enough not to finish before it is left, even on a fast machine. */
const long = { label, count: 16, schedule: { kind: 'ONE_BY_ONE' }, preview: { mode: 'NONE' } } as const;
const reason = new Error('changed my mind');
const picture = 'data:image/png;base64,iVBORw0KGgo=';

/** Every method, called with a signal. */
const calls: [string, (client: Client, signal: AbortSignal) => Promise<unknown>][] = [
  ['generate', (client, signal) => client.generate({ label }, { signal }).next()],
  ['follow', (client, signal) => client.follow('some', { signal }).next()],
  ['queue', (client, signal) => client.queue({ label }, { signal })],
  ['cancel', (client, signal) => client.cancel('some', { signal })],
  ['models', (client, signal) => client.models({ signal })],
  ['model', (client, signal) => client.model('some', { signal })],
  ['labels', (client, signal) => client.labels({ signal })],
  ['generation', (client, signal) => client.generation('some', { signal })],
  ['generations', (client, signal) => client.generations({ signal })],
  ['decodingPlan', (client, signal) => client.decodingPlan({}, { signal })],
  ['tokenize', (client, signal) => client.tokenize(picture, { signal })],
  ['detokenize', (client, signal) => client.detokenize({ tokens: [1] }, { signal })],
  ['features', (client, signal) => client.features(picture, { signal })],
  ['server', (client, signal) => client.server({ signal })],
];

describe.each(['ws', 'sse'] as const)('a signal, over %s,', (transport) => {
  let client: Client;
  let silent: Server;
  let waiting: Client;
  let asked: () => void = () => undefined;
  beforeAll(async () => {
    client = createClient({ url: running().server.address, transport });
    // A server that accepts requests and never answers.
    silent = createServer(() => asked()).on('upgrade', () => asked());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    waiting = createClient({ url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, transport });
  });
  afterAll(async () => {
    await client.close();
    await waiting.close();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each(calls)('that is aborted before %s sends nothing', async (_, call) => {
    const before = running().engine.list().length;
    await expect(call(client, AbortSignal.abort(reason))).rejects.toBe(reason);
    await client.server();
    expect(running().engine.list().length).toBe(before);
  });

  it.each(calls.filter(([name]) => name !== 'generate'))('ends a waiting %s', async (_, call) => {
    const abort = new AbortController();
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    const answer = call(waiting, abort.signal);
    // The socket is opened only by the first call.
    if (transport === 'sse') await wasAsked;
    abort.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  it.each<[string, (input: GenerateInput) => Promise<void>]>([
    [
      'aborted',
      async (input) => {
        const abort = new AbortController();
        const first = client.generate(input, { signal: abort.signal }).next();
        const queued = nextQueued();
        abort.abort(reason);
        await expect(first).rejects.toBe(reason);
        // If nothing was sent yet, there is nothing to cancel.
        queued.forget();
      },
    ],
    [
      'aborted while it is sent',
      async (input) => {
        const abort = new AbortController();
        const queued = nextQueued(() => abort.abort(reason));
        await expect(client.generate(input, { signal: abort.signal }).next()).rejects.toBe(reason);
        expect(queued.wasSeen()).toBe(true);
      },
    ],
    [
      'left while it is sent',
      async (input) => {
        const events = client.generate(input);
        let left: Promise<unknown> | undefined;
        const queued = nextQueued(() => void (left = events.return?.()));
        expect(await events.next()).toEqual({ done: true, value: undefined });
        await left;
        expect(queued.wasSeen()).toBe(true);
      },
    ],
    [
      'left after its first event',
      async (input) => {
        const events = client.generate(input);
        await events.next();
        await events.return?.();
      },
    ],
  ])('leaves nothing running where generate is %s', async (_, leave) => {
    await leave(long);
    expect(
      running()
        .engine.list()
        .filter(({ status }) => status === 'queued' || status === 'running'),
    ).toEqual([]);
  });

  it('cancels at once, though its loop is busy with an event', async () => {
    const abort = new AbortController();
    const events = client.generate(long, { signal: abort.signal });
    const first = await events.next();
    const id = first.done ? '' : first.value.generation.id;
    abort.abort(reason);
    for await (const event of client.follow(id)) if (event.sequence > 250) throw new Error('it goes on');
    expect((await client.generation(id))?.status).toBe('CANCELLED');
    await expect(events.next()).rejects.toBe(reason);
  });

  it('is what close() is for all that is under way, and what was begun is cancelled', async () => {
    const own = createClient({ url: running().server.address, transport });
    const events = own.generate(long);
    const first = await events.next();
    const { id } = await own.queue({ ...long, keep: true });
    const followed = own.follow(id, { after: 1 });
    const next = expect(followed.next()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await own.close();
    await next;
    await expect(events.next()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(own.models()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect((await client.generation(first.done ? '' : first.value.generation.id))?.status).toBe('CANCELLED');
    await client.cancel(id);
  });
});

/** Resolves when the engine queues its next generation, before an answer has left the server. */
function nextQueued(then: () => void = () => undefined) {
  const { engine } = running();
  const generate = engine.generate.bind(engine);
  let seen = false;
  engine.generate = (request, owner) => {
    engine.generate = generate;
    const generation = generate(request, owner);
    seen = true;
    then();
    return generation;
  };
  return { wasSeen: () => seen, forget: () => (engine.generate = generate) };
}
