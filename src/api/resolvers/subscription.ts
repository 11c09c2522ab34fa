import type { Generation } from '../../generation/generation.js';
import { rememberInput } from '../asked-input.js';
import { NotFoundError } from '../errors.js';
import { parseGenerateInput } from '../generate-input.js';
import type { SubscriptionResolvers } from '../generated/resolvers.js';
import { Problems } from '../problems.js';
import type { EventView } from '../views.js';

export const subscription: SubscriptionResolvers = {
  generate: {
    subscribe: async (_, { input }, { engine, client }) => {
      const generation = engine.generate(await parseGenerateInput(input, engine), client);
      rememberInput(generation, input);
      return follow(generation, 0, () => {
        if (!input.keep) engine.cancel(generation);
      });
    },
    resolve: (view: EventView) => view,
  },
  generation: {
    subscribe: (_, { id, after }, { engine }) => {
      const problems = new Problems();
      problems.wholeNumber('after', after ?? 0, 0, 2 ** 31 - 1);
      problems.throwIfAny();
      const generation = engine.find(id);
      if (!generation) throw new NotFoundError('id', 'generation', id);
      return follow(generation, after ?? 0, () => undefined);
    },
    resolve: (view: EventView) => view,
  },
};

/** The generation's events behind `after`; `onLeave` where the subscriber goes before the end. */
function follow(generation: Generation, after: number, onLeave: () => void): AsyncIterableIterator<EventView> {
  const events = generation.log.follow(after);
  return {
    next: async () => {
      const result = await events.next();
      if (result.done) return { done: true, value: undefined };
      return { done: false, value: { generation, event: result.value } as EventView };
    },
    return: async () => {
      onLeave();
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
