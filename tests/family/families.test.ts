import { expect, it } from 'vitest';
import { eachFamily, familyIds, familyNamed, recogniseFamily } from '../../src/family/families.js';

it('RandAR can do everything', () => {
  expect(Object.values(familyNamed('randar').capabilities())).toEqual([true, true, true, true, true]);
});

it('RAR decodes cell by cell in raster order, or in any order if its weights were never annealed', () => {
  const less = { parallelSteps: false, knownTokens: false, enlarging: false, features: false };
  expect(familyNamed('rar').capabilities()).toEqual({ ...less, anyOrder: false });
  expect(familyNamed('rar').capabilities(true)).toEqual({ ...less, anyOrder: true });
});

it('each family is recognised by its signature', () => {
  for (const id of familyIds) expect(recogniseFamily([familyNamed(id).signature])?.id).toBe(id);
  expect(recogniseFamily(['decoder.conv_in.weight'])).toBeUndefined();
  expect(eachFamily(({ title }) => title, 'or')).toBe('RandAR or RAR');
});

it('only families with features encode them', () => {
  for (const family of familyIds.map(familyNamed)) {
    expect(family.loadFeatureEncoder !== undefined).toBe(family.capabilities().features);
  }
});
