// Apollo Client: queues a generation with a mutation and follows it with a subscription over a WebSocket.
// npx tsx examples/apollo.ts
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { FollowGenerationDocument, QueueGenerationDocument } from 'randar-client/documents';
import { WebSocket } from 'ws';

const url = process.env.RANDAR_URL ?? 'http://127.0.0.1:4000/graphql';
// Browsers and Node 22 or newer do not need webSocketImpl.
const socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url }),
  ),
});

const input = { label: { name: 'rocket' }, seed: 7, steps: 12 };
const { data } = await client.mutate({ mutation: QueueGenerationDocument, variables: { input } });
const id = data?.generate.id ?? '';

// Events are delivered once, so caching them is pointless.
const variables = { id, previewDataUri: false };
const events = client.subscribe({ query: FollowGenerationDocument, variables, fetchPolicy: 'no-cache' });
await new Promise<void>((resolve, reject) => {
  events.subscribe({
    next: ({ data: told, error }) => {
      const event = told?.generation;
      if (event?.__typename === 'StepDecoded') console.log(`step ${event.step}/${event.totalSteps}`);
      if (event?.__typename === 'GenerationCompleted') console.log(event.__typename, event.images[0]?.image.url);
      if (error) reject(new Error(error.message, { cause: error }));
    },
    complete: resolve,
    error: reject,
  });
});
client.stop();
await socket.dispose();
