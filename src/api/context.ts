import type { Engine } from '../engine/engine.js';

/** The request context that every resolver receives. */
export interface Context {
  readonly engine: Engine;
  /** The server's public origin, for example http://127.0.0.1:4000. Picture URLs begin with it. */
  readonly origin: string;
  /** Identifies the client for fair queueing: a WebSocket connection, or an IP address. */
  readonly client: string;
}
