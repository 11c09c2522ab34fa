import type { Guidance } from '../decoding/guidance.js';
import type { GuidanceInput } from './generated/resolvers.js';
import type { Problems } from './problems.js';

/** @param field where the input stands, for example input.guidance */
export function parseGuidance(
  field: string,
  input: GuidanceInput | null | undefined,
  fallback: Guidance,
  problems: Problems,
): Guidance {
  if (!input) return fallback;
  return {
    start: problems.number(`${field}.start`, input.start, 0, 100),
    end: problems.number(`${field}.end`, input.end, 0, 100),
    curve: input.curve === 'COSINE' ? 'cosine' : 'linear',
    power: problems.number(`${field}.power`, input.power ?? 1, 0, 10),
  };
}
