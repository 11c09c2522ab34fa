import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/** A proxy as found in many networks: it can refuse WebSockets and require a token. */
export interface Gate {
  readonly address: string;
  /** The number of WebSockets requested. */
  readonly upgrades: number;
  /** The Authorization of every request and of every connection_init. */
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

export interface GateOptions {
  /**
   * `refuse` answers an upgrade with 403, `swallow` never answers, `close` opens the socket and closes it with 4406.
   */
  readonly webSockets?: 'pass' | 'refuse' | 'swallow' | 'close';
  /** Rejects any other token with 401, or close code 4401. */
  readonly token?: string;
  readonly port?: number;
}

export async function startGate(target: string, options: GateOptions = {}): Promise<Gate> {
  const { webSockets = 'pass', token, port = 0 } = options;
  const { hostname, port: targetPort } = new URL(target);
  const authorizations: (string | undefined)[] = [];
  let upgrades = 0;
  const isAllowed = (authorization: string | undefined) => {
    authorizations.push(authorization);
    return token === undefined || authorization === `Bearer ${token}`;
  };

  const server = createServer((near, answer) => {
    if (!isAllowed(near.headers.authorization)) {
      near.resume();
      answer.writeHead(401, { 'content-type': 'text/plain' }).end('who are you?');
      return;
    }
    const { method, url, headers } = near;
    const far = request({ hostname, port: targetPort, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    far.on('error', () => answer.destroy());
    answer.on('close', () => far.destroy());
    near.pipe(far);
  });

  const sockets = new WebSocketServer({ noServer: true });
  const swallowed = new Set<Duplex>();
  server.on('upgrade', (near: IncomingMessage, socket, head) => {
    upgrades++;
    if (webSockets === 'refuse') socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    else if (webSockets === 'swallow') swallowed.add(socket);
    else {
      sockets.handleUpgrade(near, socket, head, (opened) => {
        if (webSockets === 'close') opened.close(4406, 'Subprotocol not acceptable');
        else passOn(opened, near.url ?? '/');
      });
    }
  });

  function passOn(near: WebSocket, path: string): void {
    near.once('message', (first: Buffer) => {
      const { payload } = JSON.parse(first.toString()) as { payload?: { authorization?: string } };
      if (!isAllowed(payload?.authorization)) {
        near.close(4401, 'Unauthorized');
        return;
      }
      const far = new WebSocket(`ws://${hostname}:${targetPort}${path}`, 'graphql-transport-ws');
      const early = [first];
      near.on('message', (message: Buffer) =>
        far.readyState === WebSocket.OPEN ? send(message) : early.push(message),
      );
      const send = (message: Buffer) => far.send(message.toString());
      far.on('open', () => early.forEach(send));
      far.on('message', (message: Buffer) => near.send(message.toString()));
      far.on('error', () => near.terminate());
      far.on('close', () => near.close());
      near.on('close', () => far.close());
    });
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    get upgrades() {
      return upgrades;
    },
    authorizations,
    close: () => {
      for (const socket of swallowed) socket.destroy();
      for (const socket of sockets.clients) socket.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
