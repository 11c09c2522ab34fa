import type { ImageInput } from './generated/resolvers.js';
import { BadInputError } from './problems.js';

/** Bytes of an image that may be sent, uploaded or inline. */
export const maxImageBytes = 20 * 2 ** 20;

/** The bytes of an image that came with the request. @throws BadInputError */
export async function readImageInput(field: string, { upload, dataUri }: ImageInput): Promise<Uint8Array> {
  if (typeof dataUri === 'string') return readDataUri(`${field}.dataUri`, dataUri);
  // Over JSON anything can stand where a multipart request has a file.
  const file: unknown = upload;
  if (!isFile(file)) {
    throw bad(`${field}.upload`, 'a file of a multipart request (graphql-multipart-request-spec)');
  }
  if (file.size > maxImageBytes) throw bad(`${field}.upload`, `at most ${maxImageBytes} bytes, got ${file.size}`);
  return new Uint8Array(await file.arrayBuffer());
}

/** Yoga's files are of a class of its own, not Node's: what they can do tells them. */
function isFile(value: unknown): value is Pick<File, 'size' | 'arrayBuffer'> {
  if (typeof value !== 'object' || value === null || !('size' in value) || !('arrayBuffer' in value)) return false;
  return typeof value.size === 'number' && typeof value.arrayBuffer === 'function';
}

function readDataUri(field: string, text: string): Uint8Array {
  const comma = text.indexOf(',');
  if (!/^data:image\/[\w.+-]+;base64$/i.test(text.slice(0, Math.max(comma, 0)))) {
    throw bad(field, 'a base64 data URI of an image: data:image/png;base64,...');
  }
  const base64 = text.slice(comma + 1);
  if (base64.length > (maxImageBytes * 4) / 3 + 4) throw bad(field, `at most ${maxImageBytes} bytes`);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw bad(field, 'base64 behind its comma');
  return Buffer.from(base64, 'base64');
}

function bad(field: string, what: string): BadInputError {
  return new BadInputError([{ field, message: `Expected \`${field}\` to be ${what}.` }]);
}
