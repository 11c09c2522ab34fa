import { unknownToken } from '../../decoding/grid.js';
import type { GenerationRequest } from '../../generation/request.js';
import { intAt } from '../../numbers/at.js';
import type { GenerateInput, KnownTokensInput } from '../generated/resolvers.js';

/** Set explicitly below, or (`keep`) without influence on the picture. */
const notTaken = new Set(['model', 'label', 'seed', 'source', 'keep']);

/**
 * The input that reproduces the same tokens: the client's own, with model and seed made explicit, and known tokens
 * instead of a source, since its pictures or generation may not be kept.
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
  return { positions, tokens: positions.map((cell) => intAt(known, cell)) };
}
