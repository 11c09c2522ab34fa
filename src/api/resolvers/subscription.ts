import type { Generation } from '../../generation/generation.js';
import { NotFoundError } from '../errors.js';
import type { SubscriptionResolvers } from '../generated/resolvers.js';
import { Problems } from '../input/problems.js';
import { optional, wholeNumber } from '../input/shapes.js';
import type { EventView } from '../views.js';
import { generate } from './mutation.js';

export const subscription: SubscriptionResolvers = {
  generate: {
    subscribe: async (_, { input }, context) => {
      const generation = await generate(input, context);
      return follow(generation, 0, () => {
        if (!input.keep) context.engine.cancel(generation);
      });
    },
    resolve: (view: EventView) => view,
  },
  generation: {
    subscribe: (_, { id, after }, { engine }) => {
      const problems = new Problems();
      const seen = problems.orThrow(problems.check('after', optional(wholeNumber(0), 0), after));
      const generation = engine.find(id);
      if (!generation) throw new NotFoundError('id', 'generation', id);
      return follow(generation, seen, () => undefined);
    },
    resolve: (view: EventView) => view,
  },
};

/**
 * The generation's events after sequence number `after`. `onLeave` is called if the subscriber leaves before the end.
 */
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
