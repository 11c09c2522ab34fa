import { unknownToken } from '../decoding/grid.js';
import type { Generation } from '../generation/generation.js';
import type { GenerateInput, KnownTokensInput } from './generated/resolvers.js';

/** What each generation was asked for with, without what its request says: pictures are not held. */
const asked = new WeakMap<Generation, Pick<GenerateInput, 'label'>>();

/** Told from the request; whether it goes on without its subscriber is no part of what is drawn. */
const notKept = new Set(['model', 'label', 'seed', 'source', 'keep']);

/** Keeps what a client asked for, for as long as the generation is kept. */
export function rememberInput(generation: Generation, input: GenerateInput): void {
  const given = Object.entries(input).filter(
    ([name, value]) => !notKept.has(name) && value !== null && !(name === 'count' && value === 1),
  );
  asked.set(generation, { label: input.label, ...Object.fromEntries(given) });
}

/**
 * The input that draws the same tokens again: what the client gave, with the model and the seed in any case, and the
 * known tokens in place of a source, which may have been pictures or a generation that is kept no longer.
 *
 * @throws Error for a generation that no client asked for
 */
export function askedInput(generation: Generation): GenerateInput {
  const input = asked.get(generation);
  if (!input) throw new Error(`generation ${generation.id} was not asked for through the API`);
  const { model, seed, known } = generation.request;
  const { label, ...given } = input;
  return { model, label, seed, ...given, ...(known ? { source: { tokens: knownTokens(known) } } : {}) };
}

function knownTokens(known: Int32Array): KnownTokensInput {
  const positions = Array.from(known.keys()).filter((cell) => known[cell] !== unknownToken);
  return { positions, tokens: positions.map((cell) => known[cell] ?? unknownToken) };
}
