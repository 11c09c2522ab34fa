import type { ModelFamily } from '../model-family.js';
import { loadRandarOnDevice } from './device-transformer.js';
import { loadFeatureEncoder } from './features.js';
import { randarLogitsByLayer } from './layerwise.js';
import { loadRandar } from './transformer.js';
import { randarPrecision, readRandar, storeRandar } from './weights.js';

/**
 * RandAR decodes the cells of a picture in any order, several at a time.
 * Source: ziqipang/RandAR (arXiv 2412.01827).
 */
export const randar: ModelFamily<'randar'> = {
  id: 'randar',
  title: 'RandAR',
  signature: 'tok_embeddings.weight',
  recognises: (names) => names.includes('tok_embeddings.weight') || names.includes('pos_instruct_embeddings'),

  capabilities: () => ({
    parallelSteps: true,
    anyOrder: true,
    knownTokens: true,
    enlarging: true,
    features: true,
  }),
  anyOrderVaries: false,

  usualHeadDimension: 64,
  statedSizes: (tensors) => {
    const [, dimension] = tensors.get('tok_embeddings.weight')?.shape ?? [];
    // [1 + cells, headDimension / 2, 2]
    const [rows = 0, pairs = 0, two] = tensors.get('freqs_cis')?.shape ?? [];
    const states = two === 2 && rows > 1 && pairs > 0;
    return {
      dimension,
      headDimension: states ? { value: 2 * pairs, by: 'freqs_cis' } : undefined,
      cells: states ? { value: rows - 1, by: 'freqs_cis' } : undefined,
    };
  },
  read: (reader, heads) => {
    const weights = readRandar(reader, heads);
    return {
      shape: weights.shape,
      precision: randarPrecision(weights),
      store: (forms) => storeRandar(weights, forms),
      logitsByLayer: (...args) => randarLogitsByLayer(weights, ...args),
    };
  },
  // Guidance of the released models' evaluation: 1 to 4, and 1 to 3.4 for RandAR-L with LlamaGen's tokens. Source:
  // ziqipang/RandAR, README.md and tools/search_cfg_weights.py.
  defaults: ({ layers, dimension }, tokenizer, cells) => {
    const isLarge = layers === 24 && dimension === 1024 && tokenizer === 'llamagen';
    return {
      steps: Math.max(1, Math.round(cells * stepsPerCell)),
      guidance: { start: 1, end: isLarge ? 3.4 : 4, curve: 'linear', power: 1 },
      temperature: 1,
      topK: 0,
      topP: 1,
    };
  },

  load: loadRandar,
  loadOnDevice: loadRandarOnDevice,
  loadFeatureEncoder,
};

/** The released models decode 256 cells in 88 steps. */
const stepsPerCell = 88 / 256;
