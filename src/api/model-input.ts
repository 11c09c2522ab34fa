import type { Engine } from '../engine/engine.js';
import type { ServedModel } from '../engine/served-model.js';
import { BadInputError } from './problems.js';

/** The model of that id, or the default one. @throws BadInputError that says which there are */
export function parseModel(field: string, id: string | null | undefined, engine: Engine): ServedModel {
  if (id === null || id === undefined) return engine.defaultModel;
  const model = engine.model(id);
  if (model) return model;
  const ids = engine.models.map((other) => `"${other.id}"`).join(', ');
  const message = `Expected \`${field}\` to be the id of a model, got ${JSON.stringify(id)}. There is ${ids}.`;
  throw new BadInputError([{ field, message }]);
}
