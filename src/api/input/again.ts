import { unknownToken } from '../../decoding/grid.js';
import type { GenerationRequest } from '../../generation/request.js';
import type { GenerateInput, KnownTokensInput } from '../generated/resolvers.js';

/** What the request says, and whether it goes on without its subscriber, which is no part of what is drawn. */
const notTaken = new Set(['model', 'label', 'seed', 'source', 'keep']);

/**
 * The input that draws the same tokens again: what the client gave, with the model and the seed in any case, and the
 * known tokens in place of a source, which may have been pictures or a generation that is not kept for ever.
 */
export function inputAgain(input: GenerateInput, { model, seed, known }: GenerationRequest): GenerateInput {
  const given = Object.entries(input).filter(
    ([name, value]) => !notTaken.has(name) && value !== null && !(name === 'count' && value === 1),
  );
  const source = known ? { source: { tokens: knownTokens(known) } } : {};
  return { model, label: input.label, seed, ...Object.fromEntries(given), ...source };
}

function knownTokens(known: Int32Array): KnownTokensInput {
  const positions = Array.from(known.keys()).filter((cell) => known[cell] !== unknownToken);
  return { positions, tokens: positions.map((cell) => known[cell] ?? unknownToken) };
}
