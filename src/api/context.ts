import type { Engine } from '../engine/engine.js';

/** What resolvers know beside their arguments. */
export interface Context {
  readonly engine: Engine;
  /** Where clients reach this server, for example http://127.0.0.1:4000: the addresses of pictures begin with it. */
  readonly origin: string;
  /** Whose request it is, for a fair queue: a WebSocket, or an address. */
  readonly client: string;
}
