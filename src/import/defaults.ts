import type { AnyTransformer } from '../graph/transformer-family.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { TokenizerFamily } from '../graph/tokenizer-weights.js';
import type { Manifest } from '../model/manifest.js';

/** What a generation uses where its input says nothing. */
export function defaultsOf(
  { family, shape }: AnyTransformer,
  tokenizerFamily: TokenizerFamily,
  cells: number,
): Manifest['defaults'] {
  return family === 'rar' ? rarDefaults(shape, cells) : samplingDefaults(shape, tokenizerFamily, cells);
}

/** The released models decode 256 cells in 88 steps. */
const stepsPerCell = 88 / 256;

/**
 * RandAR's. Guidance as the released models' evaluation has it: 1 to 4, and
 * 1 to 3.4 for RandAR-L with LlamaGen's tokens. Source: ziqipang/RandAR, README.md and tools/search_cfg_weights.py.
 */
export function samplingDefaults(
  { layers, dimension }: TransformerShape,
  tokenizerFamily: TokenizerFamily,
  cells: number,
): Manifest['defaults'] {
  const isLarge = layers === 24 && dimension === 1024 && tokenizerFamily === 'llamagen';
  return {
    steps: Math.max(1, Math.round(cells * stepsPerCell)),
    guidance: { start: 1, end: isLarge ? 3.4 : 4, curve: 'linear', power: 1 },
    temperature: 1,
    topK: 0,
    topP: 1,
  };
}

/** Guidance at the last cell, the power of its curve, temperature: B, L, XL, XXL. Source: README_RAR.md. */
const rarReleases = [
  { dimension: 768, layers: 24, end: 16, power: 2.75, temperature: 1 },
  { dimension: 1024, layers: 24, end: 15.5, power: 2.5, temperature: 1.02 },
  { dimension: 1280, layers: 32, end: 6.9, power: 1.5, temperature: 1.02 },
  { dimension: 1408, layers: 40, end: 8, power: 1.2, temperature: 1.02 },
] as const;

/**
 * RAR's: those of the released model of that size, or the constant 4 of the reference's demonstration. One cell a step.
 * Source: bytedance/1d-tokenizer, README_RAR.md and demo_util.py.
 */
export function rarDefaults(
  shape: Pick<TransformerShape, 'dimension' | 'layers'>,
  cells: number,
): Manifest['defaults'] {
  const release = rarReleases.find(({ dimension, layers }) => dimension === shape.dimension && layers === shape.layers);
  return {
    steps: cells,
    guidance: release
      ? { start: 1, end: release.end, curve: 'cosine', power: release.power }
      : { start: 4, end: 4, curve: 'linear', power: 1 },
    temperature: release?.temperature ?? 1,
    topK: 0,
    topP: 1,
  };
}
