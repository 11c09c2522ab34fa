import { cellCount, type Grid } from '../decoding/grid.js';
import { isGuided } from '../decoding/guidance.js';
import type { GenerationRequest } from '../generation/request.js';

/** Sequences that a generation decodes side by side: one a picture, and those that guidance asks for. */
function sequencesOf({ count, guidance, enlarging }: GenerationRequest): number {
  if (enlarging && isGuided(enlarging.spatialGuidance)) return 3 * count;
  return isGuided(guidance) ? 2 * count : count;
}

/** KV rows that a generation needs: a row holds one sequence of a picture of the model's own size, `grid`. */
export function kvRowsOf(request: GenerationRequest, grid: Grid): number {
  return sequencesOf(request) * Math.ceil(cellCount(request) / cellCount(grid));
}
