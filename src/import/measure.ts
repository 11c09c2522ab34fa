import { ParameterReader } from '../checkpoint/parameters.js';
import { openSafetensors } from '../checkpoint/safetensors-file.js';
import { fileSource } from '../checkpoint/source.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import type { Row } from '../decoding/step.js';
import { readRar, type RarWeights } from '../graph/rar-weights.js';
import type { TokenizerFamily } from '../graph/tokenizer-weights.js';
import type { AnyTransformer } from '../graph/transformer-family.js';
import { readTransformer, type TransformerWeights } from '../graph/transformer-weights.js';
import type { Manifest } from '../model/manifest.js';
import { cpu } from '../runtime/device.js';
import { loadRandar } from '../model/randar-transformer.js';
import { loadRar } from '../model/rar-transformer.js';
import { defaultsOf } from './defaults.js';
import { meanDivergence } from './divergence.js';
import { drawPicture } from './draw-picture.js';
import { ImportError } from './import-options.js';
import { floatLayersOf, layersOf, teacherForcedLogits, type Layers } from './layerwise.js';
import { rarFloatLayersOf, teacherForcedRarLogits } from './rar-layerwise.js';

const options = { device: cpu, threads: 0, spinning: true } as const;

export interface Measured {
  readonly transformer: AnyTransformer;
  readonly grid: Grid;
  readonly tokenizerFamily: TokenizerFamily;
}

/**
 * The error of a model's precision: it draws a picture, and at each cell of that picture its next-token distribution is
 * compared with what the weights as they came say in fp32.
 *
 * @param written the transformer as it will be served
 * @param folder takes a layer at a time
 * @throws ImportError where it computes no numbers
 */
export async function measureDivergence(
  { transformer, grid, tokenizerFamily }: Measured,
  source: WeightFile,
  written: string,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const { vocabulary, layers } = transformer.shape;
  const defaults = defaultsOf(transformer, tokenizerFamily, cellCount(grid));
  const total = defaults.steps + 2 * layers;
  let done = 0;
  const advance = () => onProgress(++done, total);
  const comparison = { grid, source, written, folder, defaults, advance };
  const { exact, actual } =
    transformer.family === 'rar'
      ? await compare(rar, { transformer, ...comparison })
      : await compare(randar, { transformer, ...comparison });
  const divergence = meanDivergence(exact, actual, vocabulary);
  if (Number.isFinite(divergence)) return divergence;
  throw new ImportError(`--transformer: ${source.file} computes numbers that are not finite: its weights are no model`);
}

/** What of a comparison is a family's own. */
interface Family<Weights> {
  readonly load: typeof loadRandar | typeof loadRar;
  readonly read: (reader: ParameterReader, heads: number) => Weights;
  readonly floatLayersOf: (weights: Weights, file: WeightFile, folder: string) => Layers<Weights>;
  /** [cells, vocabulary] of a known picture, in the order of its row. */
  readonly logits: (layers: Layers<Weights>, row: Row, grid: Grid, onLayer: () => void) => Promise<Float32Array>;
}

const randar: Family<TransformerWeights> = {
  load: loadRandar,
  read: readTransformer,
  floatLayersOf,
  logits: (layers, row, grid, onLayer) => teacherForcedLogits(layers, row, grid, options, onLayer),
};

const rar: Family<RarWeights> = {
  load: loadRar,
  read: readRar,
  floatLayersOf: rarFloatLayersOf,
  logits: (layers, row, _, onLayer) => teacherForcedRarLogits(layers, row, options, onLayer),
};

/** Weights as they came and as they are written, and how a picture is drawn that both are judged by. */
interface Comparison<Weights> {
  readonly transformer: Weights;
  readonly grid: Grid;
  /** Holds them as they came. */
  readonly source: WeightFile;
  /** The path of the others. */
  readonly written: string;
  readonly folder: string;
  readonly defaults: Manifest['defaults'];
  /** Called for every step of the drawing, and for every layer run. */
  readonly advance: () => void;
}

/** Logits of a picture that the written weights drew: `exact` by the weights as they came, in fp32. */
async function compare<Weights extends AnyTransformer>(
  family: Family<Weights>,
  { transformer, grid, source, written, folder, defaults, advance }: Comparison<Weights>,
): Promise<{ readonly exact: Float32Array; readonly actual: Float32Array }> {
  const { heads } = transformer.shape;
  const label = 0;
  const drawing = await family.load(written, heads, grid, { ...options, lanes: 1 });
  const { order, tokens } = await drawPicture(drawing, transformer.family, defaults, label, advance);
  await drawing.session.close();
  const row = { label, order, tokens };
  const file = await openSafetensors(await fileSource(written));
  try {
    const weights = family.read(new ParameterReader(written, file.tensors), heads);
    const actual = await family.logits(layersOf(weights, file), row, grid, advance);
    const exact = await family.logits(family.floatLayersOf(transformer, source, folder), row, grid, advance);
    return { exact, actual };
  } finally {
    await file.close();
  }
}
