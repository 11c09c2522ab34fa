import type { ServedModel } from '../../engine/served-model.js';
import type { GenerateInput, ScheduleInput } from '../generated/resolvers.js';
import type { Problems } from './problems.js';

/** Why a model of this family cannot: what follows "since". */
const reasons = {
  parallelSteps: 'it decodes one cell a step',
  anyOrder: 'its weights were trained to the end in raster order',
  knownTokens: 'it cannot start from known tokens',
  enlarging: 'its positions are learned for its own size',
} as const;

/** What an input asks for and its model cannot do, each with its field and why. */
export function refuseIncapable(input: GenerateInput, model: ServedModel, problems: Problems): void {
  const { capabilities } = model;
  if (input.source && !capabilities.knownTokens) refuse('input.source', 'absent', 'knownTokens', model, problems);
  if (input.size && input.size.factor !== 1 && !capabilities.enlarging) {
    refuse('input.size.factor', 'absent or 1', 'enlarging', model, problems);
  }
  if (!capabilities.anyOrder && !isRaster(input.order)) {
    refuse('input.order', 'absent or RASTER', 'anyOrder', model, problems);
  }
}

/** A schedule of steps that decode several cells, if the model decodes one a step. */
export function refuseParallelSteps(
  field: string,
  schedule: ScheduleInput | null | undefined,
  open: number,
  model: ServedModel,
  problems: Problems,
): void {
  const isOneByOne = !schedule || schedule.kind === 'ONE_BY_ONE' || schedule.tokensPerStep?.every((n) => n === 1);
  if (model.capabilities.parallelSteps || isOneByOne) return;
  refuse(field, `absent or ONE_BY_ONE, which takes ${open} steps,`, 'parallelSteps', model, problems);
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
