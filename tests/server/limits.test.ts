import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { post, useServer, webSocketClient, type Result } from '../support/server.js';

const running = useServer();

const deep = `{ ${'models { labels { edges { node { '.repeat(1)} name ${'} } } }'.repeat(1)} }`;
const tooDeep = `{ generations { edges { node { model { labels { edges { node { name } } } } } } } }`;
const tooManyAliases = `{ ${Array.from({ length: 40 }, (_, i) => `a${i}: server { version }`).join(' ')} }`;
const tooLong = `{ ${'server { version } '.repeat(4000)} }`;

/** One operation over a WebSocket; graphql-ws reports validation errors in an error message. */
async function overSocket(url: string, query: string): Promise<Result<unknown>> {
  const client = webSocketClient(url);
  try {
    for await (const result of client.iterate({ query })) return result as Result<unknown>;
    return {};
  } catch (errors) {
    return { errors: errors as NonNullable<Result<unknown>['errors']> };
  } finally {
    await client.dispose();
  }
}

describe.each([
  ['HTTP', post],
  ['WebSocket', overSocket],
])('over %s', (_, send) => {
  it('a query within the limits is answered', async () => {
    for (const query of [deep, tooDeep]) expect((await send(running().url, query)).errors).toBeUndefined();
  });

  it('a query with too many aliases or tokens is refused', async () => {
    for (const query of [tooManyAliases, tooLong]) {
      const { errors } = await send(running().url, query);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it('a query that nests too deeply is refused', async () => {
    const nest = (levels: number): string => (levels === 0 ? 'name' : `ofType { ${nest(levels - 1)} }`);
    const query = `{ a: __typename generations { edges { node { model { labels { edges { node { ...L } } } } } } } } fragment L on Label { name }`;
    expect((await send(running().url, query)).errors).toBeUndefined();
    const { errors } = await send(running().url, `{ models { labels { edges { node { ${nest(12)} } } } } }`);
    expect(errors?.length).toBeGreaterThan(0);
  });
});

describe('the server', () => {
  it('rejects a body that is too large by its length', async () => {
    const { server } = running();
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sending = request(`${server.address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': 33 * 2 ** 20 },
      });
      sending.on('response', (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      sending.on('error', reject);
      sending.flushHeaders();
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
  });

  it('serves GraphiQL without any other host', async () => {
    const response = await fetch(running().url, { headers: { accept: 'text/html' } });
    const page = await response.text();
    expect(page).toContain('generate(input: { label: { name: \\"rocket\\" } })');
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });

  it('closes a socket that speaks another protocol', async () => {
    const socket = new WebSocket(running().url.replace('http', 'ws'), 'other-protocol');
    socket.on('error', () => undefined);
    const code = await new Promise<number>((resolve) => socket.on('close', resolve));
    expect(code).toBeGreaterThan(1000);
  });
});
