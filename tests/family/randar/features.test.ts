import { describe, expect, it } from 'vitest';
import { loadFeatureEncoder } from '../../../src/family/randar/features.js';
import { goldenFile, loadTransformerGolden, onOneThread } from '../../support/goldens/load.js';

const grid = { width: 4, height: 4 };
const load = (layer: number) =>
  loadFeatureEncoder(goldenFile('randar-square4.safetensors'), 2, grid, layer, onOneThread);
const tokens = Int32Array.from({ length: 16 }, (_, cell) => (cell * 7) % 50);
const changed = (cell: number) => tokens.map((token, at) => (at === cell ? (token + 1) % 50 : token));

describe('features', () => {
  it('are a vector per cell, after the given layer', async () => {
    const { shape } = await loadTransformerGolden('randar-square4');
    const all = await Promise.all([0, 1].map(async (layer) => (await load(layer)).encode(tokens)));
    for (const features of all) expect(features).toHaveLength(16 * shape.dimension);
    expect(all[0]).not.toEqual(all[1]);
  });

  it('depend on every cell, including later ones', async () => {
    const encoder = await load(1);
    const before = await encoder.encode(tokens);
    const after = await encoder.encode(changed(15));
    for (let cell = 0; cell < 16; cell++) {
      const [a, b] = [before, after].map((all) => all.slice(cell * encoder.dimension, (cell + 1) * encoder.dimension));
      expect(a).not.toEqual(b);
    }
  });

  it('are the same for the same picture', async () => {
    const encoder = await load(1);
    expect(await encoder.encode(tokens)).toEqual(await encoder.encode(tokens.slice()));
  });
});
