import { expect, it } from 'vitest';
import { capabilitiesOf } from '../../src/model/capabilities.js';

it('RandAR can do everything', () => {
  expect(Object.values(capabilitiesOf('randar'))).toEqual([true, true, true, true, true]);
});

it('RAR decodes cell by cell in raster order, or in any where its weights were never annealed', () => {
  const less = { parallelSteps: false, knownTokens: false, enlarging: false, features: false };
  expect(capabilitiesOf('rar')).toEqual({ ...less, anyOrder: false });
  expect(capabilitiesOf('rar', true)).toEqual({ ...less, anyOrder: true });
});
