import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/server.js';

const running = useServer();

/** Sends the path unchanged and decodes nothing. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port } = new URL(running().server.address);
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
    const sending = request({ hostname, port, path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sending.on('error', reject);
    sending.end();
  });
}

async function assets(): Promise<string[]> {
  const { body } = await ask('/');
  return [...body.toString().matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
}

describe('the page', () => {
  it('is at the root and uses no other host', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(body.toString()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  it('has assets that are cached forever, each with its type', async () => {
    const kinds: Record<string, string> = {
      js: 'text/javascript; charset=utf-8',
      css: 'text/css; charset=utf-8',
      svg: 'image/svg+xml',
    };
    const paths = await assets();
    expect(paths.map((path) => path.split('.').at(-1)).sort()).toEqual(['css', 'js', 'svg']);
    for (const path of paths) {
      const { status, headers } = await ask(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe(kinds[path.split('.').at(-1) ?? '']);
      expect(headers['x-content-type-options']).toBe('nosniff');
      const isHashed = path.startsWith('/assets/');
      expect(headers['cache-control']).toBe(isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    }
  });

  it('is compressed for clients that accept it, and not sent to those that have it', async () => {
    const plain = await ask('/');
    const compressed = await ask('/', { 'accept-encoding': 'br, gzip' });
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(compressed.body)).toEqual(plain.body);
    expect(compressed.headers.etag).not.toBe(plain.headers.etag);
    for (const encoding of ['gzip', 'identity', 'gzip;q=0']) {
      const { headers } = await ask('/', { 'accept-encoding': encoding });
      expect(headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
      const etag = String(headers.etag);
      for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const known = await ask('/', { 'accept-encoding': encoding, 'if-none-match': tag });
        expect([known.status, known.body.length, known.headers.etag]).toEqual([304, 0, etag]);
        expect(known.headers['cache-control']).toBe('no-cache');
      }
      const changed = await ask('/', { 'accept-encoding': encoding, 'if-none-match': '"other"' });
      expect(changed.status).toBe(200);
    }
    const head = await ask('/', {}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(String(plain.body.length));
  });

  it.each([
    '/../package.json',
    '/assets/../../server/page.js',
    '/%2e%2e/package.json',
    '/index.html/..',
    '/assets/',
    '/x',
  ])('is these files and no others: %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});
