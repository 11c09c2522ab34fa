import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorCode } from '../api/errors.js';
import type { Engine } from '../engine/engine.js';
import { createGraphQL } from './graphql.js';
import { readPage, servePage } from './page.js';
import { picturesPath, servePicture } from './pictures.js';
import { serveWebSocket } from './websocket.js';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where clients reach this server, where that is not what they call it: behind a proxy. */
  readonly publicOrigin?: string | undefined;
  readonly report: (error: unknown) => void;
}

export interface RunningServer {
  /** For example http://127.0.0.1:4000 */
  readonly address: string;
  /** Takes no new work, lets what runs finish for up to `graceMs`, then ends connections and threads. */
  close(graceMs?: number): Promise<void>;
}

/** Bytes of one request: an image of 20 MiB, inline or uploaded, fits. */
const maxBodyBytes = 32 * 2 ** 20;

/**
 * A connection may be idle for this long. Whoever keeps one to use it again, as proxies do for a minute, must be the first
 * to give it up: else the server closes it while a request is under way.
 */
const keepAliveMs = 75_000;

/** Serves the engine: GraphQL over HTTP, SSE and WebSocket, pictures, and the page. */
export async function startServer(engine: Engine, options: ServerOptions): Promise<RunningServer> {
  const { report, publicOrigin } = options;
  const yoga = createGraphQL({ engine, publicOrigin, report });
  const page = await readPage();
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    route(request, response).catch((error: unknown) => {
      report(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path.startsWith(picturesPath)) return servePicture(request, response, engine);
    if (await servePage(request, response, path, page)) return;
    if (!refuseBody(request, response)) await yoga(request, response);
  }

  await listen(server, options);
  // Only now: a WebSocket server tells standard error by itself of a port that cannot be had.
  const closeSockets = serveWebSocket(server, yoga);
  return {
    address: addressOf(server, options.host),
    close: async (graceMs = 0) => {
      const closed = new Promise((resolve) => server.close(resolve));
      await engine.close(graceMs);
      await closeSockets();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A body's length must be known before it is read: it is refused by its length, not by what it has cost. */
function refuseBody(request: IncomingMessage, response: ServerResponse): boolean {
  const chunked = request.headers['transfer-encoding'] !== undefined;
  const length = Number(request.headers['content-length'] ?? 0);
  if (!chunked && length <= maxBodyBytes) return false;
  const code: ErrorCode = 'PAYLOAD_TOO_LARGE';
  const message = chunked
    ? 'Requests must have a Content-Length header.'
    : `The request body has ${length} bytes; the limit is ${maxBodyBytes}.`;
  response.writeHead(chunked ? 411 : 413, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
  return true;
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
