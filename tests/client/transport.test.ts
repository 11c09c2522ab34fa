import { createClient, type ClientOptions, type Client, type GenerationEvent } from 'randar-client';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { startGate, type Gate, type GateOptions } from '../support/client/gate.js';

const running = useServer({ models: builtInModels });
const short = { label: { name: 'rocket' }, steps: 3, preview: { mode: 'NONE' } } as const;

async function through(
  gateOptions: GateOptions,
  clientOptions: Partial<ClientOptions>,
  check: (client: Client, gate: Gate) => Promise<void>,
): Promise<void> {
  const gate = await startGate(running().server.address, gateOptions);
  const client = createClient({ url: gate.address, retryAttempts: 1, ...clientOptions });
  try {
    await check(client, gate);
  } finally {
    await client.close();
    await gate.close();
  }
}

async function last(events: AsyncIterable<GenerationEvent>): Promise<string | undefined> {
  let name: string | undefined;
  for await (const event of events) name = event.__typename;
  return name;
}

describe("the transport 'auto'", () => {
  it('is a WebSocket if one can be opened', () =>
    through({}, {}, async (client, gate) => {
      expect(await last(client.generate(short))).toBe('GenerationCompleted');
      expect(gate.upgrades).toBe(1);
      // Separate requests would each have sent a token.
      expect(gate.authorizations).toHaveLength(1);
    }));

  it.each(['refuse', 'close'] as const)(
    'is server-sent events where WebSockets are met with %s, and stays so',
    (webSockets) =>
      through({ webSockets }, {}, async (client, gate) => {
        expect(await last(client.generate(short))).toBe('GenerationCompleted');
        expect(await client.models()).toHaveLength(1);
        expect(await last(client.generate(short))).toBe('GenerationCompleted');
        expect(gate.upgrades).toBe(1);
      }),
  );

  it('starts a subscription over server-sent events, too', () =>
    through({ webSockets: 'refuse' }, {}, async (client) => {
      const other = createClient({ url: running().url });
      const { id } = await other.queue(short);
      await other.close();
      expect(await last(client.follow(id))).toBe('GenerationCompleted');
    }));

  it('does not wait forever for a WebSocket that is silently dropped', () =>
    through({ webSockets: 'swallow' }, {}, async (client, gate) => {
      expect(await last(client.generate(short))).toBe('GenerationCompleted');
      expect(gate.upgrades).toBe(1);
    }));

  it('retries a WebSocket if the server was not reachable at all', async () => {
    const gone = await startGate(running().server.address);
    await gone.close();
    const client = createClient({ url: gone.address });
    await expect(client.models()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    const gate = await startGate(running().server.address, { port: Number(new URL(gone.address).port) });
    expect(await client.models()).toHaveLength(1);
    expect(gate.upgrades).toBe(1);
    await client.close();
    await gate.close();
  });
});

describe.each(['ws', 'sse'] as const)('a token over %s', (transport) => {
  it.each([
    ['a string', 'secret'],
    ['a function', () => 'secret'],
    ['a function that takes its time', () => Promise.resolve('secret')],
  ])('is %s', (_, token) =>
    through({ token: 'secret' }, { transport, token }, async (client, gate) => {
      expect(await last(client.generate(short))).toBe('GenerationCompleted');
      expect(await client.models()).toHaveLength(1);
      expect(new Set(gate.authorizations)).toEqual(new Set(['Bearer secret']));
    }),
  );

  it.each([
    ['is missing', undefined],
    ['is wrong', 'wrong'],
    ['is empty', ''],
  ])('that %s is refused at once, and says what to do', (_, token) =>
    through({ token: 'secret' }, { transport, ...(token !== undefined && { token }) }, async (client, gate) => {
      const refused = { code: 'UNAUTHENTICATED', message: expect.stringContaining('`token`') as string };
      await expect(client.models()).rejects.toMatchObject(refused);
      await expect(last(client.generate(short))).rejects.toMatchObject(refused);
      await expect(last(client.follow('anything'))).rejects.toMatchObject(refused);
      expect(gate.authorizations).toHaveLength(3);
    }),
  );

  it('that fails rejects with its own error', () =>
    through(
      { token: 'secret' },
      { transport, token: () => Promise.reject(new Error('signed out')) },
      async (client) => {
        await expect(client.models()).rejects.toThrow('signed out');
        await expect(last(client.generate(short))).rejects.toThrow('signed out');
      },
    ));

  it('that never resolves does not block leaving the loop', () => {
    let isGone = false;
    const token = () => (isGone ? Promise.reject(new Error('signed out')) : 'secret');
    return through({ token: 'secret' }, { transport, token }, async (client) => {
      const events = client.generate({ ...short, steps: 200 });
      await events.next();
      isGone = true;
      expect(await events.return?.()).toEqual({ done: true, value: undefined });
    });
  });

  it('is awaited only until the signal aborts', () =>
    through({ token: 'secret' }, { transport, token: () => new Promise(() => undefined) }, async (client) => {
      const abort = new AbortController();
      const models = client.models({ signal: abort.signal });
      abort.abort(new Error('changed my mind'));
      await expect(models).rejects.toThrow('changed my mind');
    }));

  it('is requested for each connection', () => {
    const tokens = ['expired', 'secret'];
    return through({ token: 'secret' }, { transport, token: () => tokens.shift() }, async (client) => {
      await expect(client.models()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await client.models()).toHaveLength(1);
    });
  });
});

describe('a URL that is not a GraphQL server', () => {
  it.each([
    [200, 'text/html', '<!doctype html>', { code: 'UNEXPECTED_RESPONSE' }],
    [404, 'text/plain', 'not here', { code: 'UNEXPECTED_RESPONSE' }],
    [200, 'application/json', '{"data":', { code: 'UNEXPECTED_RESPONSE' }],
    [403, 'text/html', 'no', { code: 'FORBIDDEN' }],
    [413, 'text/html', 'too large', { code: 'PAYLOAD_TOO_LARGE' }],
    [429, 'text/html', 'slow down', { code: 'CONNECTION_LOST' }],
    [502, 'text/html', 'bad gateway', { code: 'CONNECTION_LOST' }],
    [
      429,
      'application/json',
      '{"errors":[{"message":"slow down","extensions":{"code":"RATE_LIMITED"}}]}',
      {
        code: 'RATE_LIMITED',
        message: 'slow down',
      },
    ],
  ])('and answers with %i, %s and %j rejects', async (status, type, body, error) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = createClient({ url, transport: 'sse', retryAttempts: 0 });
    await expect(client.models()).rejects.toMatchObject(error);
    await expect(last(client.follow('anything'))).rejects.toMatchObject(error);
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is rejected with an unknown transport', () => {
    // @ts-expect-error also checked at compile time
    expect(() => createClient({ url: 'http://127.0.0.1', transport: 'carrier pigeon' })).toThrow(
      /Expected `transport`/,
    );
  });
});
