import { join } from 'node:path';
import { foldPlaces, rarStepInputs } from '../decoding/rar-rows.js';
import { firstPositions, stepInputs } from '../decoding/step.js';
import type { Precision } from '../graph/transformer-weights.js';
import type { Manifest } from '../model/manifest.js';
import { cpu } from '../runtime/device.js';
import { loadRar } from '../model/rar-transformer.js';
import { loadRandar } from '../model/randar-transformer.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { drawPicture, type Drawn } from './draw-picture.js';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly result: string;
  readonly isGood: boolean;
}

const options = { device: cpu, threads: 0, spinning: true } as const;

/**
 * Logits of a cached step and of one pass over the whole sequence differ by rounding only. Where rows are quantised, a
 * last bit that is rounded another way can move a number by a step of 1/127, in every layer.
 */
const cacheTolerance: Record<Precision, number> = { fp32: 1e-3, fp16: 1e-3, int8: 5e-2, int4: 5e-2 };
/** Signal to noise, in dB, of a picture that went through its own tokenizer: trained ones reach 20 and more. */
const leastRoundTrip = 15;

/** A self-check: the model draws a picture, and everything that can be computed twice is compared. */
export async function verifyModel(manifest: Manifest): Promise<Check[]> {
  const { folder, grid, defaults } = manifest;
  const { drawn, precision, cache } = await (manifest.family === 'rar' ? checkRar : checkRandar)(manifest);
  const tokenizer = await loadTokenizer(join(folder, manifest.tokenizer.file), options, manifest.tokenizer.family);
  const tokens = inRaster(drawn);
  const picture = await tokenizer.decode(tokens, grid);
  const { factor } = tokenizer;
  const again = await tokenizer.encode(picture, grid.width * factor, grid.height * factor);
  const kept = again.filter((token, cell) => token === tokens[cell]).length;
  const roundTrip = signalToNoise(picture, await tokenizer.decode(again, grid));
  return [
    {
      name: 'tokenizer',
      result:
        `a drawn picture comes back with ${roundTrip.toFixed(1)} dB of signal to noise (at least ${leastRoundTrip} ` +
        `expected), ${kept} of ${tokens.length} tokens as they were`,
      isGood: roundTrip >= leastRoundTrip,
    },
    {
      name: 'cache',
      result: `logits with and without the KV cache differ by ${cache.toExponential(1)} of their range at most (up to ${cacheTolerance[precision].toExponential(0)} is rounding)`,
      isGood: cache <= cacheTolerance[precision],
    },
    { name: 'precision', result: describePrecision(precision, manifest), isGood: true },
    {
      name: 'speed',
      result: `${drawn.ms.toFixed(0)} ms a picture, ${(drawn.ms / drawn.steps).toFixed(2)} ms a step of ${drawn.steps}, guidance to ${defaults.guidance.end}`,
      isGood: true,
    },
  ];
}

interface CheckedTransformer {
  readonly drawn: Drawn;
  readonly precision: Precision;
  /** The largest difference of logits with and without the cache, in shares of their range. */
  readonly cache: number;
}

async function checkRandar({ folder, grid, transformer, defaults }: Manifest): Promise<CheckedTransformer> {
  const randar = await loadRandar(join(folder, transformer.file), transformer.heads, grid, { ...options, lanes: 1 });
  const { session, precision, embeddings } = randar;
  const drawn = await drawPicture(randar, 'randar', defaults, label);
  const { order, tokens } = drawn;
  const positions = firstPositions(order.length, 0);
  const inputs = stepInputs(positions, [{ label, order, tokens }], positions.length, embeddings);
  const whole = await session.runAlone(inputs, session.createCache(1, positions.length));
  await session.close();
  const cache = worstDifference(drawn.logits, (place) => whole.subarray((1 + 2 * place) * embeddings.vocabulary));
  return { drawn, precision, cache };
}

async function checkRar({ folder, grid, transformer, defaults }: Manifest): Promise<CheckedTransformer> {
  const rar = await loadRar(join(folder, transformer.file), transformer.heads, grid, { ...options, lanes: 1 });
  const { shape, session, tables, modulations, precision } = rar;
  const { cells, vocabulary } = shape;
  const drawn = await drawPicture(rar, 'rar', defaults, label);
  const row = { label, tokens: drawn.tokens, places: foldPlaces(tables), modulation: await modulations.of(label) };
  const inputs = rarStepInputs(0, 1 + cells, [row], cells, tables);
  const whole = await session.runAlone(inputs, session.createCache(1, 1 + cells));
  await session.close();
  const cache = worstDifference(drawn.logits, (place) => whole.subarray(place * vocabulary, (place + 1) * vocabulary));
  return { drawn, precision, cache };
}

const label = 0;

/** Between the logits of some places and others of them, in shares of their range. */
function worstDifference(logits: ReadonlyMap<number, Float32Array>, othersOf: (place: number) => Float32Array): number {
  let [lowest, highest, worst] = [Infinity, -Infinity, 0];
  for (const [place, values] of logits) {
    const others = othersOf(place);
    for (const [i, value] of values.entries()) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      worst = Math.max(worst, Math.abs(value - (others[i] ?? NaN)));
    }
  }
  return worst / (highest - lowest);
}

/** 10 log10(255^2 / mean squared difference), in dB. */
function signalToNoise(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, level, i) => sum + (level - (b[i] ?? 0)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / Math.max(squares / a.length, 1e-10));
}

function inRaster({ order, tokens }: Drawn): Int32Array {
  const raster = new Int32Array(order.length);
  order.forEach((cell, at) => (raster[cell] = tokens[at] ?? 0));
  return raster;
}

function describePrecision(precision: Precision, { transformer: { divergence } }: Manifest): string {
  if (precision === 'fp32') return 'fp32';
  if (divergence === undefined) return `${precision}; its error was not measured`;
  return `${precision}, KL divergence ${divergence.toExponential(1)} from fp32, measured when it was imported`;
}
