import { rememberInput } from '../asked-input.js';
import { NotFoundError } from '../errors.js';
import { parseGenerateInput } from '../generate-input.js';
import type { MutationResolvers } from '../generated/resolvers.js';

export const mutation: MutationResolvers = {
  generate: async (_, { input }, { engine, client }) => {
    const generation = engine.generate(await parseGenerateInput(input, engine), client);
    rememberInput(generation, input);
    return generation;
  },
  cancelGeneration: (_, { id }, { engine }) => {
    const generation = engine.find(id);
    if (!generation) throw new NotFoundError('id', 'generation', id);
    engine.cancel(generation);
    return generation;
  },
};
