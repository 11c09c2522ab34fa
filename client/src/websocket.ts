/** Browsers, Deno and Bun: the WebSocket that is there. */
export function loadWebSocket(): Promise<unknown> {
  return Promise.resolve(globalThis.WebSocket);
}
