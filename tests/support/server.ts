import { rm } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import { createClient, type Client, type ExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Engine, type EngineOptions } from '../../src/engine/engine.js';
import { startServer, type RunningServer } from '../../src/server/server.js';
import { goldenModels } from './goldens/models.js';

export interface TestServer {
  readonly engine: Engine;
  readonly server: RunningServer;
  /** Errors reported outside of requests. */
  readonly reported: unknown[];
  readonly url: string;
}

/** Starts a real engine and a real server on a free port before this file's tests, and stops both afterwards. */
export function useServer(options: Partial<EngineOptions> = {}): () => TestServer {
  let running: TestServer | undefined;
  let models: string | undefined;
  beforeAll(async () => {
    models = options.models === undefined ? await goldenModels() : undefined;
    const reported: unknown[] = [];
    const report = (error: unknown) => void reported.push(error);
    const engine = await Engine.start({
      models: models ?? '',
      serve: 'all',
      device: { provider: 'cpu', index: 0 },
      floats: false,
      maxQueued: 64,
      previewBudget: 0.15,
      maxConcurrent: 16,
      decodeWorkers: 1,
      memory: 1e9,
      keep: 100,
      report,
      ...options,
    });
    const server = await startServer(engine, { host: '127.0.0.1', port: 0, report });
    running = { engine, server, reported, url: `${server.address}/graphql` };
  });
  afterAll(async () => {
    await running?.server.close();
    if (models !== undefined) await rm(models, { recursive: true });
  });
  return () => {
    if (!running) throw new Error('the server runs while tests run only');
    return running;
  };
}

export interface Result<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly field?: string; readonly [key: string]: unknown };
  }[];
}

/** One operation over HTTP. */
export async function post<Data>(url: string, query: string, variables: object = {}): Promise<Result<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Result<Data>;
}

/** An event of a subscription, with the fields that the tests request. */
export interface SubscribedEvent {
  readonly __typename: string;
  readonly sequence: number;
  readonly generation: { readonly id: string; readonly status: string };
  readonly step?: number;
  readonly [field: string]: unknown;
}

export const eventFields = `
  __typename sequence elapsedMs
  generation { id status }
  ... on StepDecoded { step totalSteps images { index positions tokens probabilities decoded } }
  ... on PreviewRendered { step index mode image { width height dataUri(format: PNG) url } }
  ... on GenerationCompleted { images { index seed grid: tokens { width height values } image { width height url } } }
  ... on GenerationFailed { error { code message } }
`;

export const generateSubscription = `subscription ($input: GenerateInput!) { generate(input: $input) { ${eventFields} } }`;
export const followSubscription = `subscription ($id: ID!, $after: Int) { generation(id: $id, after: $after) { ${eventFields} } }`;

export type Subscribe = (
  url: string,
  query: string,
  variables: object,
) => AsyncIterableIterator<Result<Record<string, SubscribedEvent>>>;

export function webSocketClient(url: string): Client {
  return createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
}

/** A subscription over its own WebSocket. */
export const overWebSocket: Subscribe = (url, query, variables) => {
  const client = webSocketClient(url);
  const results = client.iterate<Record<string, SubscribedEvent>>({ query, variables: { ...variables } });
  return {
    next: async () => {
      const result = (await results.next()) as IteratorResult<ExecutionResult, undefined>;
      if (result.done) await client.dispose();
      return result as IteratorResult<Result<Record<string, SubscribedEvent>>>;
    },
    return: async () => {
      await results.return?.();
      await client.dispose();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/** A subscription over server-sent events, distinct connections. */
export const overSse: Subscribe = (url, query, variables) => {
  const abort = new AbortController();
  const results = (async function* () {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables }),
      signal: abort.signal,
    });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const data = /^data: (.*)$/m.exec(message)?.[1];
        if (/^event: next$/m.test(message) && data) yield JSON.parse(data) as Result<Record<string, SubscribedEvent>>;
      }
    }
  })();
  return {
    next: () => results.next(),
    return: () => {
      abort.abort();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/** All events of a subscription; throws errors of the API. */
export async function readEvents(
  results: AsyncIterable<Result<Record<string, SubscribedEvent>>>,
  onEvent: (event: SubscribedEvent) => boolean | undefined = () => undefined,
): Promise<SubscribedEvent[]> {
  const events: SubscribedEvent[] = [];
  for await (const { data, errors } of results) {
    if (errors) throw new Error(JSON.stringify(errors));
    const [event] = Object.values(data ?? {});
    if (!event) throw new Error('a result without an event');
    events.push(event);
    if (onEvent(event) === false) break;
  }
  return events;
}
