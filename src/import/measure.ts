import { ParameterReader } from '../checkpoint/parameters.js';
import { openSafetensors } from '../checkpoint/safetensors-file.js';
import { fileSource } from '../checkpoint/source.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import type { TokenizerFamily } from '../graph/tokenizer-weights.js';
import type { AnyTransformer } from '../graph/transformer-family.js';
import { readTransformer, type TransformerWeights } from '../graph/transformer-weights.js';
import { loadRandar } from '../model/randar-transformer.js';
import { defaultsOf } from './defaults.js';
import { meanDivergence } from './divergence.js';
import { drawPicture } from './draw-picture.js';
import { ImportError } from './import-error.js';
import { floatLayersOf, layersOf, teacherForcedLogits } from './layerwise.js';
import { compareRar, type Compared, type Comparison } from './rar-measure.js';

const options = { device: { provider: 'cpu', index: 0 }, threads: 0, spinning: true } as const;

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
  const comparison = { grid, source, written, folder, defaults, options, advance };
  const { exact, actual } =
    transformer.family === 'rar'
      ? await compareRar({ transformer, ...comparison })
      : await compareRandar({ transformer, ...comparison });
  const divergence = meanDivergence(exact, actual, vocabulary);
  if (Number.isFinite(divergence)) return divergence;
  throw new ImportError(`--transformer: ${source.file} computes numbers that are not finite: its weights are no model`);
}

async function compareRandar({
  transformer,
  grid,
  source,
  written,
  folder,
  defaults,
  options,
  advance,
}: Comparison<TransformerWeights>): Promise<Compared> {
  const { heads } = transformer.shape;
  const label = 0;
  const randar = await loadRandar(written, heads, grid, { ...options, lanes: 1 });
  const { order, tokens } = await drawPicture(randar, 'randar', defaults, label, advance);
  await randar.session.close();
  const row = { label, order, tokens };
  const file = await openSafetensors(await fileSource(written));
  try {
    const weights = readTransformer(new ParameterReader(written, file.tensors), heads);
    const actual = await teacherForcedLogits(layersOf(weights, file), row, grid, options, advance);
    const exact = await teacherForcedLogits(floatLayersOf(transformer, source, folder), row, grid, options, advance);
    return { exact, actual };
  } finally {
    await file.close();
  }
}
