import { cellCount, type Grid } from '../decoding/grid.js';
import { isGuided } from '../decoding/guidance.js';
import type { GenerationRequest } from '../generation/request.js';
import type { KvSlots } from '../worker/protocol.js';

/**
 * The number of KV slots a generation needs. A slot holds one sequence of a picture at the model's resolution, `grid`.
 */
export function kvSlotsNeeded(request: GenerationRequest, grid: Grid): number {
  return sequencesOf(request) * Math.ceil(cellCount(request) / cellCount(grid));
}

/** The sequences of a generation: one per picture, plus those for guidance. */
function sequencesOf({ count, guidance, enlarging }: GenerationRequest): number {
  if (enlarging && isGuided(enlarging.spatialGuidance)) return 3 * count;
  return isGuided(guidance) ? 2 * count : count;
}

/**
 * The free ranges among `total` slots, as long as possible and in order.
 *
 * @param lent Ranges that do not overlap.
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
