import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { publicExtensions } from '../api/errors.js';
import { parsePictureAddress } from '../api/picture-address.js';
import type { Engine } from '../engine/engine.js';
import { mediaTypes } from '../image/encode.js';

export const picturesPath = '/pictures/';

/** The same address is the same picture for ever: its weights are named in it. */
const headers = {
  'cache-control': 'public, max-age=31536000, immutable',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

/** Answers the address of a picture with its file. */
export async function servePicture(request: IncomingMessage, response: ServerResponse, engine: Engine): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'Expected GET or HEAD.', { allow: 'GET, HEAD' });
    return;
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const asked = parsePictureAddress(url, engine);
  if (!asked) {
    refuse(response, 404, 'No such picture. Query its URL with `image { url }`.');
    return;
  }
  const etag = `"${createHash('sha256')
    .update(url.pathname + url.search)
    .digest('base64url')
    .slice(0, 22)}"`;
  if (matches(request.headers['if-none-match'], etag)) {
    response.writeHead(304, { ...headers, etag }).end();
    return;
  }
  try {
    const file = await engine.encode(asked.picture, asked.format, asked.quality);
    const length = file.byteLength;
    response.writeHead(200, { ...headers, etag, 'content-type': mediaTypes[asked.format], 'content-length': length });
    response.end(request.method === 'HEAD' ? undefined : file);
  } catch (error) {
    const known = publicExtensions(error);
    if (!known) throw error;
    refuse(response, 503, String(error instanceof Error ? error.message : error), { 'retry-after': '1' });
  }
}

/** RFC 9110, 13.1.2: weak comparison against each tag of the list. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

function refuse(response: ServerResponse, status: number, message: string, more: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...more }).end(`${message}\n`);
}
