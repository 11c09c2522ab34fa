import react from '@vitejs/plugin-react';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'vite';

/** A built app, served at its own address. */
export interface ServedApp {
  readonly address: string;
  close(): Promise<void>;
}

/** Builds an app, in development mode with React's warnings and StrictMode's double mounts. */
export async function buildApp(root: string, outDir: string, mode: 'development' | 'production'): Promise<void> {
  // Set by Vitest; React would use it as the mode.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = mode;
  try {
    await build({
      root,
      mode,
      base: './',
      configFile: false,
      logLevel: 'error',
      plugins: [react()],
      build: { outDir, emptyOutDir: true },
    });
  } finally {
    if (NODE_ENV !== undefined) process.env.NODE_ENV = NODE_ENV;
  }
}

const mediaTypes: Partial<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export async function serveApp(folder: string): Promise<ServedApp> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname === '/' ? '/index.html' : pathname;
    readFile(join(folder, file)).then(
      (bytes) => response.writeHead(200, { 'content-type': mediaTypes[extname(file)] ?? 'text/plain' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
