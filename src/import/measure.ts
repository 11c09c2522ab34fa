import { ParameterReader } from '../checkpoint/parameters.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { cellCount } from '../decoding/grid.js';
import type { Sequence } from '../decoding/sequence.js';
import type { FamilyWeights } from '../family/model-family.js';
import type { LayerSource } from '../family/layerwise.js';
import { cpu } from '../runtime/device.js';
import { meanDivergence } from './divergence.js';
import { drawPicture } from './draw-picture.js';
import { ImportError } from './import-options.js';
import type { ReadModel } from './read-model.js';

const options = { device: cpu, threads: 0, spinning: true } as const;
const label = 0;

/** A model with its original weights. */
export type Measured = Pick<ReadModel, 'family' | 'transformer' | 'grid'> & {
  readonly tokenizer: Pick<ReadModel['tokenizer'], 'family'>;
};

/**
 * Measures the error of a model's precision: draws a picture, and compares the next-token distribution at each of its
 * cells with that of the original weights in fp32.
 *
 * @param source The file with the original weights.
 * @param written The transformer as it will be served.
 * @param folder A temporary directory for one layer at a time.
 * @throws ImportError if the model gives NaN or infinite logits.
 */
export async function measureDivergence(
  { family, transformer, grid, tokenizer }: Measured,
  source: WeightFile,
  written: string,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const { vocabulary, layers, heads } = transformer.shape;
  const defaults = family.defaults(transformer.shape, tokenizer.family, cellCount(grid));
  const total = defaults.steps + 2 * layers;
  let done = 0;
  const advance = () => onProgress(++done, total);

  const loaded = await family.load(written, heads, grid, { ...options, lanes: 1 });
  let picture: Sequence;
  try {
    const { order, tokens } = await drawPicture(loaded, family.capabilities(), defaults, label, advance);
    picture = { label, order, tokens };
  } finally {
    await loaded.session.close();
  }
  const logits = (weights: FamilyWeights, from: LayerSource) =>
    weights.logitsByLayer(from, picture, grid, options, advance);
  const actual = await withSafetensors(written, (file) =>
    logits(family.read(new ParameterReader(written, file.tensors), heads), { kind: 'mapped', file }),
  );
  const exact = await logits(transformer, { kind: 'widened', file: source, folder });

  const divergence = meanDivergence(exact, actual, vocabulary);
  if (Number.isFinite(divergence)) return divergence;
  throw new ImportError(`--transformer: ${source.file} produces NaN or infinite values: these are not usable weights`);
}
