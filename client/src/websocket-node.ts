/** Node 22 has a WebSocket; before that `ws` brings one, where it is installed. */
export async function loadWebSocket(): Promise<unknown> {
  if (typeof globalThis.WebSocket !== 'undefined') return globalThis.WebSocket;
  try {
    const { WebSocket } = await import('ws');
    return class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols);
        // graphql-ws lets go of a socket that it gives up; an error that nobody hears of would end the process.
        this.on('error', () => undefined);
      }
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
