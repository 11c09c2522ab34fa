// graphql-request: queues a generation with a mutation. It does not support subscriptions, so graphql-ws follows it.
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

// Browsers and Node 22 or newer do not need webSocketImpl.
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
