import type { ModelFamily } from './model-family.js';
import { randar } from './randar/family.js';
import { rar } from './rar/family.js';

/** Every supported family. To add one, add a line here and a directory beside this file. */
const families = [randar, rar];

export type FamilyId = (typeof families)[number]['id'];

export const familyIds: readonly FamilyId[] = families.map(({ id }) => id);

export function familyNamed(id: FamilyId): ModelFamily<FamilyId> {
  const named = families.find((family) => family.id === id);
  if (!named) throw new RangeError(`there is no family "${id}": expected one of ${familyIds.join(', ')}`);
  return named;
}

/** Finds the family of a checkpoint by its parameter names. */
export function recogniseFamily(names: Iterable<string>): ModelFamily<FamilyId> | undefined {
  const all = [...names];
  return families.find((family) => family.recognises(all));
}

/** For messages: a phrase for each family, joined by a word. */
export function eachFamily(phrase: (family: ModelFamily) => string, word: string): string {
  return families.map(phrase).join(` ${word} `);
}
