import type { AddressInfo } from 'node:net';
import { createClient, type Client } from 'randar-client';
import { describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';

/** Does the same to every socket as soon as its client has sent connection_init. */
async function withServer(
  answer: (socket: WebSocket) => void,
  check: (client: Client, sockets: () => number) => Promise<void>,
): Promise<void> {
  let sockets = 0;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    sockets++;
    socket.once('message', () => answer(socket));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const client = createClient({ url, transport: 'ws', retryAttempts: 1 });
  try {
    await check(client, () => sockets);
  } finally {
    await client.close();
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Like a server that accepts the client, and closes on its first operation. */
const acknowledged = (close: (socket: WebSocket) => void) => (socket: WebSocket) => {
  socket.once('message', () => close(socket));
  socket.send(JSON.stringify({ type: 'connection_ack' }));
};

async function follow(client: Client): Promise<void> {
  for await (const event of client.follow('any')) throw new Error(`${event.__typename} came from nowhere`);
}

describe.each([
  ['before it is acknowledged', (close: (socket: WebSocket) => void) => close],
  ['after that', acknowledged],
])('a socket that is closed %s', (_, when) => {
  it.each([
    [1002, 'UNEXPECTED_RESPONSE'],
    [1003, 'UNEXPECTED_RESPONSE'],
    [1007, 'UNEXPECTED_RESPONSE'],
    [1008, 'FORBIDDEN'],
    [1009, 'PAYLOAD_TOO_LARGE'],
    [4400, 'UNEXPECTED_RESPONSE'],
    [4401, 'UNAUTHENTICATED'],
    [4403, 'FORBIDDEN'],
    [4406, 'UNEXPECTED_RESPONSE'],
    [4409, 'UNEXPECTED_RESPONSE'],
    [4429, 'UNEXPECTED_RESPONSE'],
  ])('with %i is not opened again: %s', (closeCode, code) =>
    withServer(
      when((socket) => socket.close(closeCode)),
      async (client, sockets) => {
        await expect(follow(client)).rejects.toMatchObject({ name: 'RandarError', code });
        expect(sockets()).toBe(1);
      },
    ),
  );

  it.each([1001, 1011, 1012, 1013, 1014, 4408, 4500, 4504, 4999])('with %i is opened again', (closeCode) =>
    withServer(
      when((socket) => socket.close(closeCode)),
      async (client, sockets) => {
        await expect(follow(client)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
        expect(sockets()).toBe(2);
      },
    ),
  );
});

describe('a socket with another protocol', () => {
  it.each(['hello', '{"type":"next"}', '{"type":"ka"}'])('%j is not opened again', (message) =>
    withServer(
      (socket) => socket.send(message),
      async (client, sockets) => {
        await expect(follow(client)).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
        expect(sockets()).toBe(1);
      },
    ),
  );
});

it('an error states the code and the reason of a closed socket', () =>
  withServer(
    (socket) => socket.close(4400, 'Invalid message received'),
    async (client) => {
      await expect(client.models()).rejects.toThrow(/4400 \(Invalid message received\)/);
    },
  ));
