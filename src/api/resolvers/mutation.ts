import type { Generation } from '../../generation/generation.js';
import type { Context } from '../context.js';
import { NotFoundError } from '../errors.js';
import type { GenerateInput, MutationResolvers } from '../generated/resolvers.js';
import { inputAgain } from '../input/again.js';
import { parseGenerateInput } from '../input/generate.js';

export const mutation: MutationResolvers = {
  generate: (_, { input }, context) => generate(input, context),
  cancelGeneration: (_, { id }, { engine }) => {
    const generation = engine.find(id);
    if (!generation) throw new NotFoundError('id', 'generation', id);
    engine.cancel(generation);
    return generation;
  },
};

/** Validates the input and queues a generation. */
export async function generate(input: GenerateInput, { engine, client }: Context): Promise<Generation> {
  const request = await parseGenerateInput(input, engine);
  return engine.generate(request, client, { ...inputAgain(input, request) });
}
