import { join } from 'node:path';
import { familyNamed } from '../family/families.js';
import type { Precision } from '../graph/linear.js';
import type { Manifest } from '../model/manifest.js';
import { loadTransformer } from '../model/transformer-file.js';
import { cpu } from '../runtime/device.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { graphsOnHost } from '../runtime/graph-session.js';
import { drawPicture, type Drawn } from './draw-picture.js';
import { byteAt, floatAt, intAt, rowAt } from '../numbers/at.js';

/** The result of one check. */
export interface Check {
  readonly name: string;
  readonly result: string;
  readonly isGood: boolean;
}

const options = { device: cpu, threads: 0, spinning: true } as const;

/**
 * Logits of a cached step and of one pass over the whole sequence differ only by rounding. With quantized rows, a last
 * bit that rounds the other way can move a number by a step of 1/127, in every layer.
 */
const cacheTolerance: Record<Precision, number> = { fp32: 1e-3, fp16: 1e-3, int8: 5e-2, int4: 5e-2 };
/** Minimum signal-to-noise ratio of a tokenizer round trip in dB; trained tokenizers reach 20 and more. */
const leastRoundTrip = 15;

/** Self-check: draws a picture, and compares everything that can be computed in two ways. */
export async function verifyModel(manifest: Manifest): Promise<Check[]> {
  const { defaults } = manifest;
  const { drawn, precision, cache } = await checkTransformer(manifest);
  const { roundTrip, kept, cells } = await checkTokenizer(manifest, inRaster(drawn));
  return [
    {
      name: 'tokenizer',
      result:
        `round trip of a generated picture: PSNR ${roundTrip.toFixed(1)} dB (at least ${leastRoundTrip} expected), ` +
        `${kept} of ${cells} tokens unchanged`,
      isGood: roundTrip >= leastRoundTrip,
    },
    {
      name: 'cache',
      result: `logits with and without the KV cache differ by at most ${cache.toExponential(1)} of their range (tolerance ${cacheTolerance[precision].toExponential(0)})`,
      isGood: cache <= cacheTolerance[precision],
    },
    { name: 'precision', result: describePrecision(precision, manifest), isGood: true },
    {
      name: 'speed',
      result: `${drawn.ms.toFixed(0)} ms per picture, ${(drawn.ms / drawn.steps).toFixed(2)} ms per step, ${drawn.steps} steps, guidance up to ${defaults.guidance.end}`,
      isGood: true,
    },
  ];
}

interface CheckedTransformer {
  readonly drawn: Drawn;
  readonly precision: Precision;
  /** The largest difference of logits with and without the cache, relative to their range. */
  readonly cache: number;
}

async function checkTransformer(manifest: Manifest): Promise<CheckedTransformer> {
  const transformer = await loadTransformer(manifest, { ...options, lanes: 1 });
  try {
    const { precision, shape } = transformer;
    const drawn = await drawPicture(transformer, familyNamed(manifest.family).capabilities(), manifest.defaults, label);
    const whole = await transformer.knownLogits({ label, order: drawn.order, tokens: drawn.tokens });
    return { drawn, precision, cache: worstDifference(drawn.logits, whole, shape.vocabulary) };
  } finally {
    await transformer.session.close();
  }
}

interface CheckedTokenizer {
  /** Signal-to-noise ratio of an encoded and decoded picture, in dB. */
  readonly roundTrip: number;
  /** How many of its tokens survived. */
  readonly kept: number;
  readonly cells: number;
}

async function checkTokenizer(
  { folder, grid, tokenizer: { file, family } }: Manifest,
  tokens: Int32Array,
): Promise<CheckedTokenizer> {
  const tokenizer = await loadTokenizer(join(folder, file), graphsOnHost(options), family);
  try {
    const { factor } = tokenizer;
    const picture = await tokenizer.decode(tokens, grid);
    const again = await tokenizer.encode(picture, grid.width * factor, grid.height * factor);
    const kept = again.filter((token, cell) => token === tokens[cell]).length;
    return { roundTrip: signalToNoise(picture, await tokenizer.decode(again, grid)), kept, cells: tokens.length };
  } finally {
    await tokenizer.close();
  }
}

const label = 0;

/** The largest difference between some logits and the complete ones, relative to their range. */
function worstDifference(logits: ReadonlyMap<number, Float32Array>, whole: Float32Array, vocabulary: number): number {
  let [lowest, highest, worst] = [Infinity, -Infinity, 0];
  for (const [place, values] of logits) {
    const others = rowAt(whole, place, vocabulary);
    for (const [i, value] of values.entries()) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      worst = Math.max(worst, Math.abs(value - floatAt(others, i)));
    }
  }
  return worst / (highest - lowest);
}

/** 10 log10(255^2 / mean squared difference), in dB. */
function signalToNoise(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, level, i) => sum + (level - byteAt(b, i)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / Math.max(squares / a.length, 1e-10));
}

function inRaster({ order, tokens }: Drawn): Int32Array {
  const raster = new Int32Array(order.length);
  order.forEach((cell, at) => (raster[cell] = intAt(tokens, at)));
  return raster;
}

function describePrecision(precision: Precision, { transformer: { divergence } }: Manifest): string {
  if (precision === 'fp32') return 'fp32';
  if (divergence === undefined) return `${precision}; error not measured`;
  return `${precision}, KL divergence ${divergence.toExponential(1)} from fp32, measured at import`;
}
