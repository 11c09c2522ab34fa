import { createClient, type Client } from 'randar-client';
import { createValue, type Value } from './value.js';

export type ConnectionState = 'connecting' | 'open' | 'lost';

export interface Connection {
  readonly client: Client;
  readonly state: Value<ConnectionState>;
}

/** Close code of a socket that was closed on purpose (RFC 6455); any other means it was lost. */
const normalClosure = 1000;

const probeAfterMs = 1_000;

/** Tracks whether the server is reachable through the client's socket, and polls it while it is not. */
export function connect(url: string): Connection {
  const state = createValue<ConnectionState>('connecting');
  let isProbing = false;

  class WatchedSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      this.addEventListener('open', () => state.set('open'));
      this.addEventListener('close', ({ code }) => {
        if (code !== normalClosure) void probe();
      });
    }
  }

  const client = createClient({ url, webSocketImpl: WatchedSocket, retryAttempts: Infinity });

  async function probe(): Promise<void> {
    state.set('lost');
    if (isProbing) return;
    isProbing = true;
    while (state.get() === 'lost') {
      await new Promise((resolve) => setTimeout(resolve, probeAfterMs));
      // Set here, since the answer may come over a socket that was already open: then none reports opening.
      await client.server().then(
        () => state.set('open'),
        () => undefined,
      );
    }
    isProbing = false;
  }

  window.addEventListener('offline', () => void probe());
  return { client, state };
}
