import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { GraphQLError, type DocumentNode, type ExecutionArgs, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { refusedByGraphQL } from '../api/errors.js';
import { graphqlPath, type createGraphQL } from './graphql.js';

/** Maximum size of a message: a GraphQL document with inline images. */
const maxMessageBytes = 32 * 2 ** 20;

/**
 * How often a socket is pinged: proxies close connections that are silent for a minute. Yoga pings server-sent events
 * at the same interval.
 */
const pingMs = 12_000;

/** The functions with Yoga's plugins applied: they enforce limits and mask errors. */
interface Enveloped {
  readonly schema: GraphQLSchema;
  readonly parse: (source: string) => DocumentNode;
  readonly validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
  readonly contextFactory: () => Promise<unknown>;
  readonly execute: (args: ExecutionArgs) => Promise<ExecutionResult>;
  readonly subscribe: (args: ExecutionArgs) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

interface PreparedArgs extends ExecutionArgs {
  readonly run: Pick<Enveloped, 'execute' | 'subscribe'>;
}

/**
 * graphql-ws on the same path as GraphQL over HTTP. Every operation passes through Yoga's plugins, which enforce the
 * limits and mask errors; Yoga itself covers only HTTP.
 *
 * @returns A function that closes the connections.
 */
export function serveWebSocket(server: Server, yoga: ReturnType<typeof createGraphQL>): () => Promise<void> {
  const sockets = new WebSocketServer({ server, path: graphqlPath, maxPayload: maxMessageBytes });
  const clients = new WeakMap<object, string>();
  const running = useServer(
    {
      execute: (args) => (args as PreparedArgs).run.execute(args),
      subscribe: (args) => (args as PreparedArgs).run.subscribe(args),
      onConnect: ({ extra }) => {
        clients.set(extra.socket, randomUUID());
      },
      onSubscribe: async (context, _id, params): Promise<PreparedArgs | readonly GraphQLError[]> => {
        const { host } = context.extra.request.headers;
        const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped({
          host,
          client: clients.get(context.extra.socket),
          params,
        }) as Enveloped;
        const document = refusedOr(() => {
          const parsed = parse(params.query);
          const errors = validate(schema, parsed);
          return errors.length > 0 ? errors : parsed;
        });
        if (!('kind' in document)) return document;
        return {
          schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          run: { execute, subscribe },
        };
      },
    },
    sockets,
    pingMs,
  );
  return async () => {
    await running.dispose();
  };
}

/** Over HTTP, Yoga catches what a limit or the parser throws; here it would close the whole socket. */
function refusedOr<Result>(run: () => Result): Result | readonly GraphQLError[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof GraphQLError) return [refusedByGraphQL(error)];
    throw error;
  }
}
