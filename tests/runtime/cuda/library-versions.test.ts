import { describe, expect, it } from 'vitest';
import { inPlaces } from '../../../src/runtime/cuda/library-versions.js';

describe('a version that a library gives as a number', () => {
  it.each([
    [13000, [1000, 10], '13.0'],
    [13010, [1000, 10], '13.1'],
    [130100, [10_000, 100, 1], '13.1.0'],
    [10403, [1000, 100, 1], '10.4.3'],
    [91501, [10_000, 100, 1], '9.15.1'],
  ])('%i is in places of %j', (number, places, version) => {
    expect(inPlaces(number, places)).toBe(version);
  });
});
