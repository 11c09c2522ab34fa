import { ImageError } from '../../image/decode.js';
import type { ImageInput } from '../generated/resolvers.js';
import type { Problems } from './problems.js';

/** Maximum size of an image, uploaded or inline. */
export const maxImageBytes = 20 * 2 ** 20;

/**
 * Passes the bytes of an image in the request to `decode`.
 *
 * @returns undefined if the image cannot be read; the reason is added to `problems`.
 */
export async function readImage<Decoded>(
  field: string,
  input: ImageInput,
  problems: Problems,
  decode: (bytes: Uint8Array) => Promise<Decoded>,
): Promise<Decoded | undefined> {
  const isInline = typeof input.dataUri === 'string';
  const path = `${field}.${isInline ? 'dataUri' : 'upload'}`;
  const bytes = isInline
    ? bytesOfDataUri(path, input.dataUri, problems)
    : await bytesOfFile(path, input.upload, problems);
  if (!bytes) return undefined;
  try {
    return await decode(bytes);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    problems.add(path, `to be an image: ${error.message}.`);
    return undefined;
  }
}

/** @param file Not validated: JSON may have anything where a multipart request has a file. */
async function bytesOfFile(field: string, file: unknown, problems: Problems): Promise<Uint8Array | undefined> {
  if (!isFile(file)) problems.add(field, 'to be a file of a multipart request (graphql-multipart-request-spec).');
  else if (file.size > maxImageBytes) problems.add(field, `to be at most ${maxImageBytes} bytes, got ${file.size}.`);
  else return new Uint8Array(await file.arrayBuffer());
  return undefined;
}

/** Yoga has its own File class, so `instanceof` would fail. */
function isFile(value: unknown): value is Pick<File, 'size' | 'arrayBuffer'> {
  if (typeof value !== 'object' || value === null || !('size' in value) || !('arrayBuffer' in value)) return false;
  return typeof value.size === 'number' && typeof value.arrayBuffer === 'function';
}

function bytesOfDataUri(field: string, text: string, problems: Problems): Uint8Array | undefined {
  const comma = text.indexOf(',');
  const base64 = text.slice(comma + 1);
  if (!/^data:image\/[\w.+-]+;base64$/i.test(text.slice(0, Math.max(comma, 0)))) {
    problems.add(field, 'to be a base64 data URI of an image: data:image/png;base64,...');
  } else if (base64.length > (maxImageBytes * 4) / 3 + 4) {
    problems.add(field, `to be at most ${maxImageBytes} bytes.`);
  } else if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) problems.add(field, 'to be base64 after the comma.');
  else return Buffer.from(base64, 'base64');
  return undefined;
}
