/** Browsers, Deno and Bun have a built-in WebSocket. */
export function loadWebSocket(): Promise<unknown> {
  return Promise.resolve(globalThis.WebSocket);
}
