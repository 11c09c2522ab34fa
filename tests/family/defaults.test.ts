import { describe, expect, it } from 'vitest';
import { randar } from '../../src/family/randar/family.js';
import { rar } from '../../src/family/rar/family.js';

const shapeOf = (layers: number, dimension: number) => ({
  layers,
  dimension,
  heads: dimension / 64,
  headDimension: 64,
  vocabulary: 16384,
  classes: 1000,
  parameters: 0,
});
const [large, extraLarge] = [shapeOf(24, 1024), shapeOf(36, 1280)];

describe('the defaults of an imported model', () => {
  it('are those of the released RandAR-L: 88 steps, guidance 1 to 3.4', () => {
    expect(randar.defaults(large, 'llamagen', 256)).toEqual({
      steps: 88,
      guidance: { start: 1, end: 3.4, curve: 'linear', power: 1 },
      temperature: 1,
      topK: 0,
      topP: 1,
    });
  });

  it('have guidance 1 to 4 for every other: XL, and L with tokens of MaskGIT', () => {
    expect(randar.defaults(extraLarge, 'llamagen', 256).guidance).toMatchObject({ start: 1, end: 4 });
    expect(randar.defaults(large, 'maskgit', 256).guidance).toMatchObject({ start: 1, end: 4 });
  });

  it.each([
    [1, 1],
    [2, 1],
    [16, 6],
    [64, 22],
    [1024, 352],
  ])('have steps in proportion to the cells, at least one: %i cells in %i', (cells, steps) => {
    expect(randar.defaults(extraLarge, 'llamagen', cells).steps).toBe(steps);
  });
});

describe('the defaults of an imported RAR model', () => {
  it.each([
    ['B', 768, 24, { start: 1, end: 16, curve: 'cosine', power: 2.75 }, 1],
    ['L', 1024, 24, { start: 1, end: 15.5, curve: 'cosine', power: 2.5 }, 1.02],
    ['XL', 1280, 32, { start: 1, end: 6.9, curve: 'cosine', power: 1.5 }, 1.02],
    ['XXL', 1408, 40, { start: 1, end: 8, curve: 'cosine', power: 1.2 }, 1.02],
    ['another size', 1024, 25, { start: 4, end: 4, curve: 'linear', power: 1 }, 1],
  ])('are those of the release: %s', (_, dimension, layers, guidance, temperature) => {
    expect(rar.defaults(shapeOf(layers, dimension), 'maskgit', 256)).toEqual({
      steps: 256,
      guidance,
      temperature,
      topK: 0,
      topP: 1,
    });
  });
});
