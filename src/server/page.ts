import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { answerFile, etagOf, isRead, type FileAnswer } from './file-response.js';

/** The files of the built page by path. Requests never read any other file. */
export type Page = ReadonlyMap<string, PageFile>;

/** The plain and the compressed representation, each with its own tag. */
interface PageFile {
  readonly plain: FileAnswer;
  readonly gzipped: FileAnswer;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Allows only the page's own files, this server's API and pictures, and local images dropped on the page. */
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
 * Reads the built page.
 *
 * @throws Error if it has not been built.
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
  // Vite puts a content hash into the names of assets.
  const isNamedByContent = name.startsWith('assets/');
  const headers = {
    'cache-control': isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  };
  const contentHeaders = { 'content-type': mediaTypes[path.extname(name)] ?? 'application/octet-stream' };
  const compressed = gzipSync(bytes);
  return {
    plain: { etag: etagOf(bytes), headers, contentHeaders, read: () => bytes },
    gzipped: {
      etag: etagOf(compressed),
      headers,
      contentHeaders: { ...contentHeaders, 'content-encoding': 'gzip' },
      read: () => compressed,
    },
  };
}

/** Answers a request for one of the page's files. @returns Whether the path is one of them. */
export async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  page: Page,
): Promise<boolean> {
  const file = page.get(name);
  if (!file || !isRead(request)) return false;
  const { plain, gzipped } = file;
  await answerFile(request, response, acceptsGzip(request) ? gzipped : plain);
  return true;
}

/** `gzip;q=0` refuses gzip (RFC 9110, 12.5.3). */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?:1|0\.0*[1-9]))/.test(headers['accept-encoding'] ?? '');
}
