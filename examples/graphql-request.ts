// graphql-request: queues a picture with a mutation. It knows no subscriptions: graphql-ws follows.
// npx tsx examples/graphql-request.ts
import { print } from 'graphql';
import { request } from 'graphql-request';
import { createClient } from 'graphql-ws';
import {
  FollowGenerationDocument,
  GenerationDocument,
  QueueGenerationDocument,
  type FollowGenerationSubscription,
} from 'randar-client/documents';
import { WebSocket } from 'ws';

const url = process.env.RANDAR_URL ?? 'http://127.0.0.1:4000/graphql';
const input = { label: { name: 'rocket' }, seed: 7, steps: 12 };
const { id } = (await request(url, QueueGenerationDocument, { input })).generate;

// In a browser, and in Node from 22 on, without webSocketImpl.
const socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });
const events = socket.iterate<FollowGenerationSubscription>({
  query: print(FollowGenerationDocument),
  variables: { id, previewDataUri: false },
});
for await (const { data } of events) {
  const event = data?.generation;
  if (event?.__typename === 'StepDecoded') console.log(`step ${event.step}/${event.totalSteps}`);
}
await socket.dispose();

const { generation } = await request(url, GenerationDocument, { id, imageDataUri: false });
console.log(generation?.status, generation?.images[0]?.image.url);
