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
  /** 0 picks any free port. */
  readonly port: number;
  /** The public origin, if it differs from the host that clients send: behind a proxy. */
  readonly publicOrigin?: string | undefined;
  readonly report: (error: unknown) => void;
}

export interface RunningServer {
  /** For example http://127.0.0.1:4000 */
  readonly address: string;
  /** Accepts no new work, waits up to `graceMs` for running generations, then ends connections and threads. */
  close(graceMs?: number): Promise<void>;
}

/** Maximum size of a request: an image of 20 MiB, inline or uploaded, fits. */
const maxBodyBytes = 32 * 2 ** 20;

/**
 * How long a connection may be idle. Proxies reuse connections for about a minute and must be the first to give up,
 * otherwise the server could close one just as a request arrives.
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
  // Only after listening: ws prints an error about an unavailable port by itself.
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

/** Rejects a request by its declared length, before the body is read. */
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
