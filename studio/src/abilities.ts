import type { Model } from 'randar-client';
import type { Form } from './form.js';
import type { Task, TaskKind } from './task.js';
import type { Trouble } from './trouble.js';

type Capabilities = Model['capabilities'];

/** Assumed until the model is known; most models have all of them, so that little changes afterwards. */
export const everyCapability: Capabilities = {
  parallelSteps: true,
  anyOrder: true,
  knownTokens: true,
  enlarging: true,
  features: true,
};

/** The tasks that a model supports. Redraw is only offered once it was started from a result. */
export function tasksOf({ anyOrder, knownTokens }: Capabilities, chosen: TaskKind): TaskKind[] {
  return [
    'draw',
    ...(knownTokens ? (['inpaint', 'outpaint'] as const) : []),
    ...(anyOrder ? (['compare'] as const) : []),
    ...(knownTokens && chosen === 'redraw' ? (['redraw'] as const) : []),
  ];
}

/** The task after switching to another model: a redraw needs tokens of the previous one. */
export function taskFor(task: Task, capabilities: Capabilities): Task {
  const isPossible = task.kind !== 'redraw' && tasksOf(capabilities, task.kind).includes(task.kind);
  return isPossible ? task : { kind: 'draw' };
}

/** Why a picture cannot be used with a model, and what to do instead; undefined if it can. */
export function pictureTrouble(
  { name, capabilities }: Pick<Model, 'name' | 'capabilities'>,
  models: readonly Pick<Model, 'name' | 'capabilities'>[],
): Trouble | undefined {
  if (capabilities.knownTokens) return undefined;
  const able = models.filter((each) => each.capabilities.knownTokens).map((each) => each.name);
  const wayOn =
    able.length === 0
      ? 'No model on this server supports it. RandAR models do.'
      : `Choose another model: ${able.join(' or ')}.`;
  return {
    title: 'This model cannot start from a picture',
    text: `${name} cannot keep part of an existing picture. ${wayOn}`,
    wayOn: 'fields',
    fields: [],
  };
}

/** Removes fields that the model does not support, since their controls are hidden. */
export function formFor(form: Form, { parallelSteps, anyOrder, enlarging }: Capabilities): Form {
  return {
    ...form,
    ...(parallelSteps ? {} : { steps: '', schedule: 'COSINE' }),
    ...(anyOrder ? {} : { order: '' }),
    ...(enlarging ? {} : { size: '1' }),
  };
}
