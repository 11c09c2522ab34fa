import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface FileAnswer {
  /** Identifies the file's content and encoding. */
  readonly etag: string;
  /** Sent with 200 and with 304. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with 200 only. */
  readonly contentHeaders: Readonly<Record<string, string>>;
  /** Not called if the client has the file. */
  readonly read: () => Uint8Array | Promise<Uint8Array>;
}

/** A strong entity tag for the content. */
export function etagOf(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}

/** RFC 9110, 13.1.2: weak comparison with each tag of the list, or `*` for any. */
export function hasCopy(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch?.trim() === '*') return true;
  const tags = ifNoneMatch?.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, '') === etag);
}

export function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Answers GET and HEAD with the file, or with 304 if the client has it. */
export async function answerFile(request: IncomingMessage, response: ServerResponse, file: FileAnswer): Promise<void> {
  const headers = { ...file.headers, etag: file.etag };
  if (hasCopy(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const bytes = await file.read();
  response.writeHead(200, { ...headers, ...file.contentHeaders, 'content-length': bytes.byteLength });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
