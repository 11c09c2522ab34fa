/** The server or connection refused a request. `code` is for programs; the message says what to do. */
export class RandarError extends Error {
  override readonly name = 'RandarError';
  readonly code: RandarErrorCode;
  /** The input path that BAD_USER_INPUT refers to, for example input.label.name. */
  readonly field: string | undefined;
  /** All problems with the input; empty for every code but BAD_USER_INPUT. */
  readonly problems: readonly InputProblem[];
  /** When to try again, if the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, extensions: ErrorExtensions, options?: ErrorOptions) {
    super(message, options);
    this.code = extensions.code;
    this.field = extensions.field;
    this.problems = extensions.problems ?? [];
    this.retryAfterSeconds = extensions.retryAfterSeconds;
  }
}

/** A problem with the input. */
export interface InputProblem {
  /** The input path, for example input.guidance.start. */
  readonly field: string;
  /** A whole sentence with the field, its value and what is allowed. */
  readonly message: string;
  /** What is allowed, for example "a whole number from 1 to 256"; only set if the message says nothing else. */
  readonly expected?: string;
  /** The value, cut if it is long; set together with `expected`. */
  readonly got?: string;
}

/** The server's codes, then this client's own. A proxy may add others. */
export type RandarErrorCode =
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'QUEUE_FULL'
  | 'PAYLOAD_TOO_LARGE'
  | 'SHUTTING_DOWN'
  | 'INTERNAL_SERVER_ERROR'
  /** The token is missing or invalid (HTTP 401, WebSocket 4401). */
  | 'UNAUTHENTICATED'
  /** The token does not allow this (HTTP 403, WebSocket 4403). */
  | 'FORBIDDEN'
  /** No answer, or an incomplete one. */
  | 'CONNECTION_LOST'
  /** Not a GraphQL server, or it does not speak this client's protocol. */
  | 'UNEXPECTED_RESPONSE'
  /** The client was closed in the meantime. */
  | 'CLIENT_CLOSED'
  | (string & {});

export interface ErrorExtensions {
  readonly code: RandarErrorCode;
  readonly field?: string | undefined;
  readonly problems?: readonly InputProblem[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A GraphQL error, as far as this client needs it. */
export interface ResponseError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Turns the first error of a response into a RandarError, with the problems of all of them. */
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
    problems: errors.flatMap(problemsOf),
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  });
}

/** GraphQL reports values that do not fit the schema as one error each; all other problems are listed in one error. */
function problemsOf({ message, extensions = {} }: ResponseError): InputProblem[] {
  const { code, field, problems } = extensions;
  if (code !== 'BAD_USER_INPUT') return [];
  if (Array.isArray(problems)) return problems.flatMap(readProblem);
  return typeof field === 'string' ? [{ field, message }] : [];
}

function readProblem(problem: unknown): InputProblem[] {
  if (typeof problem !== 'object' || problem === null) return [];
  const { field, message, expected, got } = problem as Readonly<Record<string, unknown>>;
  if (typeof field !== 'string' || typeof message !== 'string') return [];
  return [{ field, message, ...(typeof expected === 'string' && typeof got === 'string' && { expected, got }) }];
}

/** @param cause What ended the connection: an error, or an event of its socket. */
export function connectionLost(cause: unknown, reason = messageOf(cause)): RandarError {
  const message = reason === '' ? 'Lost the connection to the server.' : `Lost the connection to the server: ${reason}`;
  return new RandarError(message, { code: 'CONNECTION_LOST' }, { cause });
}

function messageOf(cause: unknown): string {
  const hasMessage = typeof cause === 'object' && cause !== null && 'message' in cause;
  return hasMessage && typeof cause.message === 'string' ? cause.message : '';
}

export function isLost(error: unknown): error is RandarError {
  return error instanceof RandarError && error.code === 'CONNECTION_LOST';
}

/** Errors for refusals that come without a message. */
export type Refusal = keyof typeof refusals;

const refusals = {
  UNAUTHENTICATED: 'The server requires a valid token. Pass one to createClient as `token`.',
  FORBIDDEN: 'The server does not allow this operation with this `token`.',
  PAYLOAD_TOO_LARGE: 'The request is too large for the server. Send a smaller picture.',
} as const;

export function refused(code: Refusal, cause?: unknown): RandarError {
  return new RandarError(refusals[code], { code }, { cause });
}
