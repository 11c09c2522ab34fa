import type { Model } from 'randar-client';
import type { Form } from './form.js';
import type { Task, TaskKind } from './task.js';
import type { Trouble } from './trouble.js';

type Capabilities = Model['capabilities'];

/** Before a model is known: what most can, so that little changes when it is. */
export const everyCapability: Capabilities = {
  parallelSteps: true,
  anyOrder: true,
  knownTokens: true,
  enlarging: true,
  features: true,
};

/** The tasks that a model can be given; a redraw is offered where it was begun from a result. */
export function tasksOf({ anyOrder, knownTokens }: Capabilities, chosen: TaskKind): TaskKind[] {
  return [
    'draw',
    ...(knownTokens ? (['inpaint', 'outpaint'] as const) : []),
    ...(anyOrder ? (['compare'] as const) : []),
    ...(knownTokens && chosen === 'redraw' ? (['redraw'] as const) : []),
  ];
}

/** The task that is left after another model was chosen: a redraw takes tokens of the model before. */
export function taskFor(task: Task, capabilities: Capabilities): Task {
  const isPossible = task.kind !== 'redraw' && tasksOf(capabilities, task.kind).includes(task.kind);
  return isPossible ? task : { kind: 'draw' };
}

/** Why a picture cannot be given to a model, and what to do instead; undefined where it can be. */
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

/** The form without what a model cannot be asked for: a control that is not shown says nothing. */
export function formFor(form: Form, { parallelSteps, anyOrder, enlarging }: Capabilities): Form {
  return {
    ...form,
    ...(parallelSteps ? {} : { steps: '', schedule: 'COSINE' }),
    ...(anyOrder ? {} : { order: '' }),
    ...(enlarging ? {} : { size: '1' }),
  };
}
