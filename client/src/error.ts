/** What the server or the connection refused. `code` is for programs, the message says what to do. */
export class RandarError extends Error {
  override readonly name = 'RandarError';
  readonly code: RandarErrorCode;
  /** The input path that BAD_USER_INPUT speaks of, for example input.label.name. */
  readonly field: string | undefined;
  /** When it is worth trying again, where the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, extensions: ErrorExtensions, options?: ErrorOptions) {
    super(message, options);
    this.code = extensions.code;
    this.field = extensions.field;
    this.retryAfterSeconds = extensions.retryAfterSeconds;
  }
}

/** The server's codes, then this client's own; a server in front may have others. */
export type RandarErrorCode =
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'QUEUE_FULL'
  | 'PAYLOAD_TOO_LARGE'
  | 'SHUTTING_DOWN'
  | 'INTERNAL_SERVER_ERROR'
  /** The token is missing or not valid (HTTP 401, WebSocket 4401). */
  | 'UNAUTHENTICATED'
  /** The token does not allow this (HTTP 403, WebSocket 4403). */
  | 'FORBIDDEN'
  /** No answer came, or not all of it. */
  | 'CONNECTION_LOST'
  /** What answered is no GraphQL server. */
  | 'UNEXPECTED_RESPONSE'
  /** The client was closed meanwhile. */
  | 'CLIENT_CLOSED'
  | (string & {});

export interface ErrorExtensions {
  readonly code: RandarErrorCode;
  readonly field?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A GraphQL error, as far as this client reads it. */
export interface ResponseError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The first error of a response stands for all: the server tells every problem of an input in one. */
export function responseError(
  errors: readonly ResponseError[],
  codeWhereAbsent: RandarErrorCode = 'INTERNAL_SERVER_ERROR',
): RandarError {
  const [
    { message, extensions } = { message: 'The server returned an error without a message.', extensions: undefined },
  ] = errors;
  const { code, field, retryAfterSeconds } = extensions ?? {};
  return new RandarError(message, {
    code: typeof code === 'string' ? code : codeWhereAbsent,
    field: typeof field === 'string' ? field : undefined,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  });
}

/** @param cause what closed the connection: an error or an event */
export function connectionLost(cause: unknown): RandarError {
  const reason =
    cause instanceof Error && cause.message !== '' ? cause.message : ((cause as { reason?: string }).reason ?? '');
  const message = reason === '' ? 'Lost the connection to the server.' : `Lost the connection to the server: ${reason}`;
  return new RandarError(message, { code: 'CONNECTION_LOST' }, { cause });
}

export function isLost(error: unknown): error is RandarError {
  return error instanceof RandarError && error.code === 'CONNECTION_LOST';
}

export function accessRefused(code: 'UNAUTHENTICATED' | 'FORBIDDEN', cause?: unknown): RandarError {
  const message =
    code === 'UNAUTHENTICATED'
      ? 'The server requires a valid token. Pass one to createClient as `token`.'
      : 'The server does not allow this operation with this `token`.';
  return new RandarError(message, { code }, { cause });
}
