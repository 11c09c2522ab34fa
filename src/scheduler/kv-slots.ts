import { cellCount, type Grid } from '../decoding/grid.js';
import { isGuided } from '../decoding/guidance.js';
import type { GenerationRequest } from '../generation/request.js';
import type { KvSlots } from '../worker/protocol.js';

/** KV slots that a generation needs: a slot holds one sequence of a picture of the model's own size, `grid`. */
export function kvSlotsNeeded(request: GenerationRequest, grid: Grid): number {
  return sequencesOf(request) * Math.ceil(cellCount(request) / cellCount(grid));
}

/** Sequences that a generation decodes side by side: one a picture, and those that guidance asks for. */
function sequencesOf({ count, guidance, enlarging }: GenerationRequest): number {
  if (enlarging && isGuided(enlarging.spatialGuidance)) return 3 * count;
  return isGuided(guidance) ? 2 * count : count;
}

/**
 * The free slots of `total`, in runs that are as long as can be, from the front.
 *
 * @param lent runs that do not overlap
 */
export function freeRuns(total: number, lent: readonly KvSlots[]): KvSlots[] {
  const runs: KvSlots[] = [];
  let end = 0;
  for (const { from, count } of [...lent].sort((a, b) => a.from - b.from)) {
    if (from > end) runs.push({ from: end, count: from - end });
    end = from + count;
  }
  if (total > end) runs.push({ from: end, count: total - end });
  return runs;
}
