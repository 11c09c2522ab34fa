import { cellCount } from '../decoding/grid.js';
import { tokensPerStep, type Schedule } from '../decoding/schedule.js';
import type { ServedModel } from '../engine/served-model.js';
import { refuseParallelSteps } from './capability-input.js';
import type { ScheduleInput } from './generated/resolvers.js';
import type { Problems } from './problems.js';

interface PlanInput {
  readonly steps?: number | null | undefined;
  readonly schedule?: ScheduleInput | null | undefined;
}

/**
 * Tokens of each step for the cells that are not `known`. Where the client names no steps, the model's default counts
 * in proportion to the unknown cells.
 *
 * @param path where the input stands, for example "input"
 */
export function parsePlan(
  path: string,
  input: PlanInput,
  model: ServedModel,
  known: number,
  problems: Problems,
): number[] {
  const cells = cellCount(model.manifest.grid);
  const unknown = cells - known;
  if (!model.capabilities.parallelSteps) {
    refuseParallelSteps(path, input.schedule, model, problems);
    refuseOtherSteps(`${path}.steps`, input.steps, unknown, problems);
    return tokensPerStep({ kind: 'one-by-one' }, unknown);
  }
  const schedule = parseSchedule(path, input, unknown, problems);
  if (schedule) return tokensPerStep(schedule, unknown);
  const proportional = Math.max(1, Math.round((model.manifest.defaults.steps * unknown) / cells));
  const steps = problems.wholeNumber(`${path}.steps`, input.steps ?? proportional, 1, unknown);
  const kind = input.schedule?.kind === 'LINEAR' ? 'linear' : 'cosine';
  return steps >= 1 ? tokensPerStep({ kind, steps }, unknown) : [];
}

/** A schedule that says by itself how many steps it takes. */
function parseSchedule(
  path: string,
  { steps, schedule }: PlanInput,
  unknown: number,
  problems: Problems,
): Schedule | undefined {
  const explicit = schedule?.tokensPerStep;
  if (!explicit && schedule?.kind !== 'ONE_BY_ONE') return undefined;
  const own = explicit ? explicit.length : unknown;
  refuseOtherSteps(`${path}.steps`, steps, own, problems);
  if (!explicit) return { kind: 'one-by-one' };

  const field = `${path}.schedule.tokensPerStep`;
  const sum = explicit.reduce((total, count) => total + count, 0);
  const low = explicit.find((count) => count < 1);
  if (low !== undefined)
    problems.add(field, `Expected every step of \`${field}\` to decode at least 1 token, got ${low}.`);
  else if (sum !== unknown)
    problems.add(field, `Expected \`${field}\` to decode ${unknown} tokens in all, got ${sum}.`);
  return { kind: 'explicit', tokensPerStep: explicit };
}

/** @param own how many steps a schedule takes that says so by itself */
export function refuseOtherSteps(
  field: string,
  steps: number | null | undefined,
  own: number,
  problems: Problems,
): void {
  if (typeof steps !== 'number' || steps === own) return;
  problems.expected(field, `absent or ${own}, since the schedule says how many steps there are`, steps);
}
