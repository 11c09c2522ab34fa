import type { IncomingMessage } from 'node:http';
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { GraphQLError, parse } from 'graphql';
import { createYoga, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import type { Context } from '../api/context.js';
import { maskError, refusedByGraphQL } from '../api/errors.js';
import { schema } from '../api/schema.js';
import type { Engine } from '../engine/engine.js';
import { exampleOperations } from './examples.js';

export const graphqlPath = '/graphql';

/** A picture within its events needs a depth of 5; introspection is not counted. */
const maxDepth = 12;
const maxAliases = 30;
/** Enough for every token of a grid as a literal, but bounded. */
const maxTokens = 10_000;

export interface GraphQLOptions {
  readonly engine: Engine;
  /** The public origin of this server. Default: the host that the client addressed. */
  readonly publicOrigin?: string | undefined;
  readonly report: (error: unknown) => void;
}

/** WebSocket connections provide these values; for HTTP they are derived from the request's headers. */
type InitialContext = YogaInitialContext & {
  readonly host?: string | undefined;
  readonly client?: string | undefined;
  readonly req?: IncomingMessage;
};

/** GraphQL over HTTP and SSE. The limits are plugins, which WebSocket operations run as well. */
export function createGraphQL({ engine, publicOrigin, report }: GraphQLOptions) {
  return createYoga<object, Context>({
    schema,
    context: ({ request, host, client, req }: InitialContext): Context => ({
      engine,
      client: client ?? req?.socket.remoteAddress ?? 'unknown',
      origin: publicOrigin ?? `http://${host ?? request.headers.get('host') ?? 'localhost'}`,
    }),
    graphqlEndpoint: graphqlPath,
    landingPage: false,
    graphiql: { subscriptionsProtocol: 'WS', title: 'RandAR', defaultTabs: exampleOperations },
    renderGraphiQL,
    logging: false,
    // Yoga's own limit is smaller than an inline image; the server has already checked the body's length.
    maxRequestBodySize: false,
    maskedErrors: { maskError: (error) => maskError(error, report) },
    plugins: [maxDepthPlugin({ n: maxDepth }), maxAliasesPlugin({ n: maxAliases }), refusals],
  });
}

/** Parsing and validation errors bypass masking, so they get their code here. */
const refusals: Plugin = {
  onParse: ({ setParseFn }) => {
    setParseFn((source: string, options: object) => parse(source, { ...options, maxTokens }));
    return ({ result, replaceParseResult }) => {
      if (result instanceof GraphQLError) replaceParseResult(refusedByGraphQL(result));
    };
  },
  onValidate:
    () =>
    ({ result, setResult }) => {
      if (result.length > 0) setResult(result.map((error) => refusedByGraphQL(error as GraphQLError)));
    },
};
