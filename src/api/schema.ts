import { readFileSync } from 'node:fs';
import { createSchema } from 'graphql-yoga';
import type { Context } from './context.js';
import type { Resolvers } from './generated/resolvers.js';
import { events } from './resolvers/events.js';
import { generatedImage, generation } from './resolvers/generation.js';
import { image } from './resolvers/image.js';
import { model } from './resolvers/model.js';
import { mutation } from './resolvers/mutation.js';
import { features, query } from './resolvers/query.js';
import { subscription } from './resolvers/subscription.js';

const resolvers: Resolvers = {
  Query: query,
  Mutation: mutation,
  Subscription: subscription,
  Model: model,
  Generation: generation,
  GeneratedImage: generatedImage,
  Features: features,
  Image: image,
  ...events,
};

export const schema = createSchema<Context>({
  typeDefs: readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
});
