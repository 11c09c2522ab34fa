import { cellCount } from '../../decoding/grid.js';
import { stepsUntil, tokensPerStep, type Schedule } from '../../decoding/schedule.js';
import type { ServedModel } from '../../engine/served-model.js';
import type { DecodingPlanInput, ScheduleInput } from '../generated/resolvers.js';
import { refuseParallelSteps } from './capabilities.js';
import { Problems } from './problems.js';
import { optional, planShape, wholeNumber } from './shapes.js';

interface PlanInput {
  readonly steps?: number | null | undefined;
  readonly schedule?: ScheduleInput | null | undefined;
}

/** The tokens of each step for a picture with `known` known cells. @throws BadInputError */
export function parseDecodingPlan(input: DecodingPlanInput, model: ServedModel): { tokensPerStep: number[] } {
  const problems = new Problems();
  const cells = cellCount(model.manifest.grid);
  const known = problems.orThrow(problems.check('input.known', optional(wholeNumber(0, cells - 1), 0), input.known));
  const open = cells - known;
  problems.check('input', planShape(open), input);
  const schedule = parseSchedule('input', input, { open }, model, problems);
  problems.throwIfAny();
  return { tokensPerStep: tokensPerStep(schedule, open) };
}

/**
 * Parses the schedule for `open` cells. The model's default number of steps is scaled by the share of open cells.
 *
 * @param path The path of the input, for example "input".
 * @param small The number of cells of the small picture if this is an enlargement.
 */
export function parseSchedule(
  path: string,
  { steps, schedule }: PlanInput,
  { open, small }: { open: number; small?: number | undefined },
  model: ServedModel,
  problems: Problems,
): Schedule {
  const { capabilities, manifest } = model;
  refuseParallelSteps(`${path}.schedule`, schedule, open, model, problems);
  const counts = capabilities.parallelSteps ? schedule?.tokensPerStep : undefined;
  if (counts) {
    refuseOtherSteps(`${path}.steps`, steps, counts.length, problems);
    refuseOtherCounts(`${path}.schedule.tokensPerStep`, counts, open, small, problems);
    return { kind: 'explicit', tokensPerStep: counts };
  }
  if (!capabilities.parallelSteps || schedule?.kind === 'ONE_BY_ONE') {
    refuseOtherSteps(`${path}.steps`, steps, open, problems);
    return { kind: 'one-by-one' };
  }
  const proportional = Math.round((manifest.defaults.steps * open) / cellCount(manifest.grid));
  return {
    kind: schedule?.kind === 'LINEAR' ? 'linear' : 'cosine',
    steps: steps ?? Math.min(Math.max(1, proportional), open),
  };
}

/** @param own The number of steps that the schedule implies. */
function refuseOtherSteps(field: string, steps: number | null | undefined, own: number, problems: Problems): void {
  if (typeof steps !== 'number' || steps === own) return;
  problems.expected(field, `omitted or ${own}, since the schedule determines the number of steps`, steps);
}

function refuseOtherCounts(
  field: string,
  counts: readonly number[],
  open: number,
  small: number | undefined,
  problems: Problems,
): void {
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== open) problems.add(field, `to decode ${open} tokens in all, got ${sum}.`);
  else if (small !== undefined && stepsUntil(counts, small) === undefined) {
    problems.add(field, `to end at ${small} tokens, where the small picture is complete.`, 'Expected a step of');
  }
}
