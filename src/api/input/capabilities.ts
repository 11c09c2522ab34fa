import type { ServedModel } from '../../engine/served-model.js';
import type { GenerateInput, ScheduleInput } from '../generated/resolvers.js';
import type { Problems } from './problems.js';

/** The reason that follows "since" in messages. */
const reasons = {
  parallelSteps: 'it decodes one cell per step',
  anyOrder: 'its training was annealed to raster order',
  knownTokens: 'it cannot start from known tokens',
  enlarging: 'its positions are learned for its own size',
} as const;

/** Reports every field that asks for something the model cannot do, and why. */
export function refuseIncapable(input: GenerateInput, model: ServedModel, problems: Problems): void {
  const { capabilities } = model;
  if (input.source && !capabilities.knownTokens) refuse('input.source', 'omitted', 'knownTokens', model, problems);
  if (input.size && input.size.factor !== 1 && !capabilities.enlarging) {
    refuse('input.size.factor', 'omitted or 1', 'enlarging', model, problems);
  }
  if (!capabilities.anyOrder && !isRaster(input.order)) {
    refuse('input.order', 'omitted or RASTER', 'anyOrder', model, problems);
  }
}

/** Rejects a schedule with more than one cell per step if the model decodes one at a time. */
export function refuseParallelSteps(
  field: string,
  schedule: ScheduleInput | null | undefined,
  open: number,
  model: ServedModel,
  problems: Problems,
): void {
  const isOneByOne = !schedule || schedule.kind === 'ONE_BY_ONE' || schedule.tokensPerStep?.every((n) => n === 1);
  if (model.capabilities.parallelSteps || isOneByOne) return;
  refuse(field, `omitted or ONE_BY_ONE, which takes ${open} steps,`, 'parallelSteps', model, problems);
}

function refuse(
  field: string,
  allowed: string,
  reason: keyof typeof reasons,
  { id, manifest }: ServedModel,
  problems: Problems,
): void {
  problems.add(field, `to be ${allowed} for model "${id}" (family ${manifest.family}), since ${reasons[reason]}.`);
}

function isRaster(order: GenerateInput['order']): boolean {
  if (!order) return true;
  return order.positions ? order.positions.every((cell, at) => cell === at) : order.kind === 'RASTER';
}
