import { createClient, type Client } from 'randar-client';
import { createValue, type Value } from './value.js';

export type ConnectionState = 'connecting' | 'open' | 'lost';

export interface Connection {
  readonly client: Client;
  readonly state: Value<ConnectionState>;
}

/** How a socket is closed that nobody needs any more, RFC 6455: all others were lost. */
const normalClosure = 1000;

const probeAfterMs = 1_000;

/** Whether the server is there, as the client's socket tells; where it is not, it is asked again until it is. */
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
      // An answer may come over a socket that was open before the loss was told of, and opens no more.
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
