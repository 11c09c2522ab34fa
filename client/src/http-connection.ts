import { print } from 'graphql';
import { anySignal, leavable, orAborted } from './abort.js';
import { connectionLost, RandarError, refused, responseError, type Refusal } from './error.js';
import { readEventStream } from './event-stream.js';
import { authorization, dataOf, type Answer, type Connection, type Operation, type Token } from './operation.js';

export interface HttpOptions {
  readonly url: string;
  readonly token: Token | undefined;
}

/** The server sends a ping every 12 s; a stream that is silent for this long is considered lost. */
const silentMs = 30_000;

/**
 * Sends a POST per operation; subscriptions are answered with server-sent events (graphql-sse, distinct connections).
 */
export function connectHttp(options: HttpOptions): Connection {
  const closed = new AbortController();
  return {
    iterate: (operation, signal) => leavable((stop) => subscribe(options, operation, stop), withClosed(signal)),
    request: async (operation, signal) => {
      const stop = withClosed(signal);
      const response = await post(options, operation, 'application/graphql-response+json, application/json', stop);
      return dataOf(await readAnswer(response, stop));
    },
    close: () => {
      closed.abort(new RandarError('The client is closed.', { code: 'CLIENT_CLOSED' }));
      return Promise.resolve();
    },
  };

  function withClosed(signal: AbortSignal | undefined): AbortSignal {
    return anySignal(signal, closed.signal);
  }
}

async function* subscribe<Data, Variables>(
  options: HttpOptions,
  operation: Operation<Data, Variables>,
  stop: AbortSignal,
): AsyncGenerator<Data, void> {
  // Ends the request when the iteration ends for any reason.
  const end = new AbortController();
  const response = await post(options, operation, 'text/event-stream', anySignal(stop, end.signal));
  if (!isOfType(response, 'text/event-stream')) {
    yield dataOf(await readAnswer(response, stop));
    return;
  }
  try {
    for await (const { event, data } of readEventStream(response.body ?? new ReadableStream(), silentMs)) {
      // A chunk can contain several messages, and nothing is awaited between them.
      stop.throwIfAborted();
      if (event === 'complete') return;
      if (event === 'next') yield dataOf(JSON.parse(data) as Answer<Data>);
    }
  } catch (error) {
    stop.throwIfAborted();
    throw error instanceof RandarError ? error : connectionLost(error);
  } finally {
    end.abort();
  }
  throw connectionLost(new Error('the event stream ended early'));
}

/** @throws RandarError unless the answer is a GraphQL response; the signal's reason if it aborts. */
async function post<Data, Variables>(
  { url, token }: HttpOptions,
  { document, variables }: Operation<Data, Variables>,
  accept: string,
  stop: AbortSignal,
): Promise<Response> {
  const bearer = await orAborted(authorization(token), stop);
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...(bearer && { authorization: bearer }) },
    body: JSON.stringify({ query: print(document), variables }),
    signal: stop,
  }).catch((cause: unknown) => {
    stop.throwIfAborted();
    throw connectionLost(cause);
  });
  if (!response.ok) throw await refusalOf(response, stop);
  return response;
}

/** The meaning of an HTTP status without a GraphQL error. */
const refusedBy: Partial<Record<number, Refusal>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  413: 'PAYLOAD_TOO_LARGE',
};

/** Request Timeout, Too Early, Too Many Requests: a retry may succeed. */
const passingStatuses: readonly number[] = [408, 425, 429];

async function refusalOf(response: Response, stop: AbortSignal): Promise<RandarError> {
  const { status } = response;
  const code = refusedBy[status];
  const text = await readText(response, stop);
  const { errors = [] } = parseAnswer(response, text) ?? {};
  if (errors.length > 0) return responseError(errors, code);
  if (code !== undefined) return refused(code);
  // From 500 on, a proxy could not reach the server.
  if (status >= 500 || passingStatuses.includes(status)) {
    return connectionLost(new Error(`the server answered with status ${status}`));
  }
  return unexpected(response, text);
}

async function readAnswer<Data>(response: Response, stop: AbortSignal): Promise<Answer<Data>> {
  const text = await readText(response, stop);
  const answer = parseAnswer<Data>(response, text);
  if (!answer) throw unexpected(response, text);
  return answer;
}

async function readText(response: Response, stop: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    stop.throwIfAborted();
    throw connectionLost(cause);
  }
}

function parseAnswer<Data>(response: Response, text: string): Answer<Data> | undefined {
  if (!isOfType(response, 'application/json') && !isOfType(response, 'application/graphql-response+json')) return;
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch {
    // Truncated, or not JSON: the caller reports the text itself.
    return undefined;
  }
}

function unexpected({ url, status }: Response, text: string): RandarError {
  const message = `Expected a GraphQL response from ${url}, got status ${status} and "${text.slice(0, 80)}". Check \`url\`.`;
  return new RandarError(message, { code: 'UNEXPECTED_RESPONSE' });
}

function isOfType(response: Response, mediaType: string): boolean {
  return response.headers.get('content-type')?.split(';')[0]?.trim() === mediaType;
}
