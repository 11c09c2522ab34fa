/** Node 22 has a built-in WebSocket; older versions use `ws`, if it is installed. */
export async function loadWebSocket(): Promise<unknown> {
  if (typeof globalThis.WebSocket !== 'undefined') return globalThis.WebSocket;
  try {
    const { WebSocket } = await import('ws');
    return class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols);
        // graphql-ws removes its listeners from a socket it gives up; an unhandled error event would end the process.
        this.on('error', () => undefined);
      }
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
