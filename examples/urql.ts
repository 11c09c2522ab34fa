// urql: queues a generation with a mutation and follows it with a subscription over a WebSocket.
// npx tsx examples/urql.ts
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { FollowGenerationDocument, QueueGenerationDocument } from 'randar-client/documents';
import { WebSocket } from 'ws';

const url = process.env.RANDAR_URL ?? 'http://127.0.0.1:4000/graphql';
// Browsers and Node 22 or newer do not need webSocketImpl.
const socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
const client = new Client({
  url,
  preferGetMethod: false,
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe(
            { query, variables: { ...variables } },
            { ...sink, next: ({ data = null, errors }) => sink.next({ data, ...(errors && { errors }) }) },
          ),
        }),
      }),
    }),
  ],
});

const input = { label: { name: 'rocket' }, seed: 7, steps: 12 };
const queued = await client.mutation(QueueGenerationDocument, { input }).toPromise();
if (!queued.data) throw queued.error ?? new Error('no answer');
const { id } = queued.data.generate;

await new Promise<void>((resolve, reject) => {
  client.subscription(FollowGenerationDocument, { id, previewDataUri: false }).subscribe((result) => {
    if (result.error) reject(result.error);
    // urql repeats the last event when the subscription ends.
    if (!result.hasNext) resolve();
    const event = result.hasNext ? result.data?.generation : undefined;
    if (event?.__typename === 'StepDecoded') console.log(`step ${event.step}/${event.totalSteps}`);
    if (event?.__typename === 'GenerationCompleted') console.log(event.__typename, event.images[0]?.image.url);
  });
});
await socket.dispose();
