import type { IncomingMessage, ServerResponse } from 'node:http';
import { publicExtensions } from '../api/errors.js';
import { parsePictureAddress } from '../api/picture-address.js';
import type { Engine } from '../engine/engine.js';
import { mediaTypes } from '../image/encode.js';
import { answerFile, etagOf, isRead } from './file-response.js';

export const picturesPath = '/pictures/';

/** A picture's URL includes the weights, so its content never changes. */
const headers = {
  'cache-control': 'public, max-age=31536000, immutable',
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

/** Answers a request for a picture URL. */
export async function servePicture(request: IncomingMessage, response: ServerResponse, engine: Engine): Promise<void> {
  if (!isRead(request)) {
    refuse(response, 405, 'Expected GET or HEAD.', { allow: 'GET, HEAD' });
    return;
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const asked = parsePictureAddress(url, engine);
  if (!asked) {
    refuse(response, 404, 'No such picture. Query its URL with `image { url }`.');
    return;
  }
  const { picture, format, quality } = asked;
  try {
    await answerFile(request, response, {
      etag: etagOf(url.pathname + url.search),
      headers,
      contentHeaders: { 'content-type': mediaTypes[format] },
      read: () => engine.encode(picture, format, quality),
    });
  } catch (error) {
    const known = publicExtensions(error);
    if (!known) throw error;
    refuse(response, 503, String(error instanceof Error ? error.message : error), { 'retry-after': '1' });
  }
}

function refuse(response: ServerResponse, status: number, message: string, more: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...more }).end(`${message}\n`);
}
