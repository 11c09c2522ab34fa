import type { ModelFamily } from '../model-family.js';
import { loadRarOnDevice } from './device-transformer.js';
import { rarLogitsByLayer } from './layerwise.js';
import { loadRar } from './transformer.js';
import { positionsBeyondCells, rarPrecision, readRar, storeRar } from './weights.js';

/**
 * RAR predicts the next cell from each token, so it decodes one cell per step. Its positions are learned for one grid.
 * Source: bytedance/1d-tokenizer (arXiv 2411.00776).
 */
export const rar: ModelFamily<'rar'> = {
  id: 'rar',
  title: 'RAR',
  signature: 'target_aware_pos_embed',
  recognises: (names) =>
    names.some((name) =>
      /^(target_aware_pos_embed|timesteps_embeddings|blocks\.\d+\.adaLN_modulation\..*)$/.test(name),
    ),

  // Training anneals the share of random orders to zero, so the released weights know only raster order.
  capabilities: (anyOrder = false) => ({
    parallelSteps: false,
    anyOrder,
    knownTokens: false,
    enlarging: false,
    features: false,
  }),
  anyOrderVaries: true,

  statedSizes: (tensors) => {
    const [headDimension] = tensors.get(headNorm)?.shape ?? [];
    const cells = (tensors.get('pos_embed')?.shape[1] ?? 0) - positionsBeyondCells;
    return {
      dimension: tensors.get('embeddings.weight')?.shape[1],
      headDimension: headDimension ? { value: headDimension, by: headNorm } : undefined,
      cells: cells > 0 ? { value: cells, by: 'pos_embed' } : undefined,
    };
  },
  read: (reader) => {
    const weights = readRar(reader);
    return {
      shape: weights.shape,
      precision: rarPrecision(weights),
      store: (forms) => storeRar(weights, forms),
      logitsByLayer: (source, picture, _, options, onLayer) =>
        rarLogitsByLayer(weights, source, picture, options, onLayer),
    };
  },
  defaults: (shape, _, cells) => {
    const release = releases.find(({ dimension, layers }) => dimension === shape.dimension && layers === shape.layers);
    return {
      steps: cells,
      // The constant 4 is from the reference's demonstration, demo_util.py.
      guidance: release
        ? { start: 1, end: release.end, curve: 'cosine', power: release.power }
        : { start: 4, end: 4, curve: 'linear', power: 1 },
      temperature: release?.temperature ?? 1,
      topK: 0,
      topP: 1,
    };
  },

  load: loadRar,
  loadOnDevice: loadRarOnDevice,
};

const headNorm = 'blocks.0.attn.q_norm.weight';

/** Guidance at the last cell, exponent of its curve, and temperature of B, L, XL and XXL. Source: README_RAR.md. */
const releases = [
  { dimension: 768, layers: 24, end: 16, power: 2.75, temperature: 1 },
  { dimension: 1024, layers: 24, end: 15.5, power: 2.5, temperature: 1.02 },
  { dimension: 1280, layers: 32, end: 6.9, power: 1.5, temperature: 1.02 },
  { dimension: 1408, layers: 40, end: 8, power: 1.2, temperature: 1.02 },
] as const;
