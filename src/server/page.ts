import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** The files of the built page by their paths: nothing else is ever read for a request. */
export type Page = ReadonlyMap<string, PageFile>;

interface PageFile {
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page is its own files, this server's pictures and API, and pictures that are dropped on it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Reads what `npm run build` made of the page.
 *
 * @throws Error where it was not built
 */
export async function readPage(): Promise<Page> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('#studio'));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && path.extname(entry.name) in mediaTypes);
  return new Map(
    await Promise.all(
      files.map(async (entry): Promise<[string, PageFile]> => {
        const file = path.join(entry.parentPath, entry.name);
        const name = path.relative(folder, file).split(path.sep).join('/');
        return [name === 'index.html' ? '/' : `/${name}`, pageFile(name, await readFile(file))];
      }),
    ),
  );
}

function pageFile(name: string, bytes: Buffer): PageFile {
  // Vite puts a hash of their content into the names of assets.
  const isNamedByContent = name.startsWith('assets/');
  return {
    bytes,
    gzipped: gzipSync(bytes),
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    headers: {
      'content-type': mediaTypes[path.extname(name)] ?? 'application/octet-stream',
      'cache-control': isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': contentSecurityPolicy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    },
  };
}

/** Answers the path of one of the page's files. @returns whether it is one */
export function servePage(request: IncomingMessage, response: ServerResponse, name: string, page: Page): boolean {
  const file = page.get(name);
  if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  const isGzipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  // The two encodings are two representations, and want two tags.
  const etag = `"${file.etag}${isGzipped ? '-gzip' : ''}"`;
  if (request.headers['if-none-match']?.includes(etag)) {
    response.writeHead(304, { ...file.headers, etag }).end();
    return true;
  }
  const body = isGzipped ? file.gzipped : file.bytes;
  const encoding: Record<string, string> = isGzipped ? { 'content-encoding': 'gzip' } : {};
  response.writeHead(200, { ...file.headers, ...encoding, etag, 'content-length': body.byteLength });
  response.end(request.method === 'HEAD' ? undefined : body);
  return true;
}
