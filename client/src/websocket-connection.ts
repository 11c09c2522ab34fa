import { print } from 'graphql';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { loadWebSocket } from '#websocket';
import { leavable, orAborted } from './abort.js';
import { closedError, type Closed } from './close-codes.js';
import { connectionLost, RandarError, responseError, type ResponseError } from './error.js';
import { authorization, dataOf, type Answer, type Connection, type Operation, type Token } from './operation.js';

export interface WebSocketOptions {
  readonly url: string;
  readonly token: Token | undefined;
  readonly webSocketImpl: unknown;
}

export interface WebSocketConnection extends Connection {
  /** Whether a server has ever accepted the socket; if not, nothing was sent over it. */
  readonly wasOpen: () => boolean;
}

/** A socket that is silent for this long is pinged. */
const pingAfterMs = 10_000;
const pongWithinMs = 5_000;
/** Some networks silently drop WebSockets. */
const openWithinMs = 5_000;
/** Keeps the socket for the next operation. */
const closeAfterMs = 300;

/** One WebSocket for all operations (graphql-ws), opened on first use. */
export function connectWebSocket(options: WebSocketOptions): WebSocketConnection {
  let wasOpen = false;
  let socket: Promise<SocketClient> | undefined;
  const open = () => (socket ??= openSocket(options, () => (wasOpen = true)));
  const iterate: Connection['iterate'] = (operation, signal) =>
    leavable((stop) => results(open(), operation, stop), signal);
  return {
    iterate,
    request: async (operation, signal) => {
      for await (const data of iterate(operation, signal)) return data;
      throw connectionLost(new Error('closed before the server answered'));
    },
    close: async () => {
      // A socket that failed to open need not be closed.
      const opened = await socket?.catch(() => undefined);
      await opened?.dispose();
    },
    wasOpen: () => wasOpen,
  };
}

async function openSocket(options: WebSocketOptions, onOpen: () => void): Promise<SocketClient> {
  const { url, token, webSocketImpl = await loadWebSocket() } = options;
  if (webSocketImpl === undefined) throw connectionLost(new Error('no WebSocket available; run `npm install ws`'));
  const socket: SocketClient = createClient({
    url,
    webSocketImpl,
    retryAttempts: 0,
    keepAlive: pingAfterMs,
    // Also covers getting the token.
    connectionAckWaitTimeout: openWithinMs,
    lazyCloseTimeout: closeAfterMs,
    connectionParams: async () => {
      const bearer = await authorization(token).catch((cause: unknown) => {
        throw new TokenFailure(cause);
      });
      return bearer === undefined ? undefined : { authorization: bearer };
    },
    on: endSilentSockets(() => socket, onOpen),
  });
  return socket;
}

/** Distinguishes errors of the caller's own token function from those of the socket. */
class TokenFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('Could not get the token.', { cause });
  }
}

async function* results<Data, Variables>(
  open: Promise<SocketClient>,
  { document, variables }: Operation<Data, Variables>,
  stop: AbortSignal,
): AsyncGenerator<Data, void> {
  const socket = await orAborted(open, stop);
  const answers = socket.iterate<Data>({
    query: print(document),
    variables: variables as Record<string, unknown>,
  });
  try {
    for (;;) {
      const waiting = answers.next().catch((cause: unknown) => {
        throw refusalOf(cause);
      });
      const answer = await orAborted(waiting, stop);
      if (answer.done) return;
      yield dataOf(answer.value as Answer<Data>);
    }
  } finally {
    void answers.return?.();
  }
}

/** graphql-ws throws a list of GraphQL errors, a close event, or an error about an unreadable message. */
function refusalOf(cause: unknown): unknown {
  if (Array.isArray(cause)) return responseError(cause as ResponseError[]);
  if (cause instanceof TokenFailure) return cause.cause;
  if (isClosed(cause)) return closedError(cause);
  if (!(cause instanceof Error)) return connectionLost(cause);
  const message = `The server does not speak graphql-transport-ws: ${cause.message}`;
  return new RandarError(message, { code: 'UNEXPECTED_RESPONSE' }, { cause });
}

function isClosed(cause: unknown): cause is Closed {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'number';
}

/** A socket whose peer vanished never closes by itself, so one that does not answer a ping is terminated. */
function endSilentSockets(socket: () => SocketClient, onOpen: () => void) {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const answerWithin = (ms: number) => {
    clearTimeout(overdue);
    overdue = setTimeout(() => socket().terminate(), ms);
  };
  const answered = () => clearTimeout(overdue);
  return {
    connecting: () => answerWithin(openWithinMs),
    opened: answered,
    connected: onOpen,
    ping: (received: boolean) => {
      if (!received) answerWithin(pongWithinMs);
    },
    pong: (received: boolean) => {
      if (received) answered();
    },
    closed: answered,
    error: answered,
  };
}
