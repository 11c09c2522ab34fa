import { leavable } from './abort.js';
import { httpUrl, serverUrl, socketUrl } from './address.js';
import { isLost, RandarError } from './error.js';
import { connectHttp } from './http-connection.js';
import type { Connection, Operation, Token } from './operation.js';
import { connectWebSocket, type WebSocketConnection } from './websocket-connection.js';

/**
 * `ws`: one WebSocket for all operations, opened on first use. `sse`: one HTTP request per operation, with
 * subscriptions as server-sent events. `auto`: a WebSocket, or `sse` from then on if none can be opened.
 */
export type Transport = 'auto' | 'ws' | 'sse';

export interface ConnectionOptions {
  /** For example http://127.0.0.1:4000/graphql; on a page also a relative URL. */
  readonly url: string;
  /** Default: `auto`. */
  readonly transport?: Transport;
  /** Sent as `Authorization: Bearer ...`, or as `authorization` in connection_init over a WebSocket. */
  readonly token?: Token;
  /** Replaces the platform's WebSocket. */
  readonly webSocketImpl?: unknown;
}

/** Connects on first use. @throws TypeError if the url or transport is invalid. */
export function connect({ url: address, transport = 'auto', token, webSocketImpl }: ConnectionOptions): Connection {
  const url = serverUrl(address);
  const http = () => connectHttp({ url: httpUrl(url), token });
  const socket = () => connectWebSocket({ url: socketUrl(url), token, webSocketImpl });
  switch (transport) {
    case 'ws':
      return socket();
    case 'sse':
      return http();
    case 'auto':
      return either(socket(), http());
    default:
      throw new TypeError(`Expected \`transport\` to be 'auto', 'ws' or 'sse', got ${JSON.stringify(transport)}.`);
  }
}

/**
 * Uses the WebSocket unless it never opened. Nothing was sent over it then, so HTTP takes over for good once it
 * answers.
 */
function either(socket: WebSocketConnection, http: Connection): Connection {
  let isBlocked = false;
  const isOnlySocketLost = (error: unknown) =>
    !socket.wasOpen() && (isLost(error) || (error instanceof RandarError && error.code === 'UNEXPECTED_RESPONSE'));
  async function* iterate<Data, Variables>(operation: Operation<Data, Variables>, stop: AbortSignal) {
    if (!isBlocked) {
      try {
        yield* socket.iterate(operation, stop);
        return;
      } catch (error) {
        if (!isOnlySocketLost(error)) throw error;
      }
    }
    for await (const data of http.iterate(operation, stop)) {
      isBlocked = true;
      yield data;
    }
  }
  return {
    iterate: (operation, signal) => leavable((stop) => iterate(operation, stop), signal),
    request: async (operation, signal) => {
      if (!isBlocked) {
        try {
          return await socket.request(operation, signal);
        } catch (error) {
          if (!isOnlySocketLost(error)) throw error;
        }
      }
      const data = await http.request(operation, signal);
      isBlocked = true;
      return data;
    },
    close: async () => {
      await Promise.all([socket.close(), http.close()]);
    },
  };
}
