import type { Engine } from '../../engine/engine.js';
import type { ServedModel } from '../../engine/served-model.js';
import { findLabel, nearestNames } from '../../model/labels.js';
import type { LabelInput } from '../generated/resolvers.js';
import { Problems } from './problems.js';

/** The model with this id, or the default model. @throws BadInputError listing the available models. */
export function parseModel(field: string, id: string | null | undefined, engine: Engine): ServedModel {
  if (id === null || id === undefined) return engine.defaultModel;
  const model = engine.model(id);
  const problems = new Problems();
  if (!model) {
    const ids = engine.models.map((other) => `"${other.id}"`).join(', ');
    problems.add(field, `to be the id of a model, got ${JSON.stringify(id)}. Available: ${ids}.`);
  }
  return problems.orThrow(model);
}

/** The class index of a label given by name or index; undefined if there is no such label. */
export function parseLabel({ name, index }: LabelInput, model: ServedModel, problems: Problems): number | undefined {
  if (typeof index === 'number') return index;
  const labels = model.manifest.labelList;
  const label = findLabel(labels, name);
  if (label) return label.index;
  const nearest = nearestNames(labels, name).map((near) => `"${near}"`);
  problems.add(
    'input.label.name',
    `to be a label, got ${JSON.stringify(name)}. Model "${model.id}" has no such label; the closest are ${nearest.join(', ')}.`,
  );
  return undefined;
}
