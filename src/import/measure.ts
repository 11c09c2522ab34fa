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

/** A model whose weights are those that came. */
export type Measured = Pick<ReadModel, 'family' | 'transformer' | 'grid'> & {
  readonly tokenizer: Pick<ReadModel['tokenizer'], 'family'>;
};

/**
 * The error of a model's precision: it draws a picture, and at each cell of that picture its next-token distribution is
 * compared with what the weights as they came say in fp32.
 *
 * @param source holds the model's weights as they came
 * @param written the transformer as it will be served
 * @param folder takes a layer at a time
 * @throws ImportError where it computes no numbers
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

  const drawing = await family.load(written, heads, grid, { ...options, lanes: 1 });
  let picture: Sequence;
  try {
    const { order, tokens } = await drawPicture(drawing, family.capabilities(), defaults, label, advance);
    picture = { label, order, tokens };
  } finally {
    await drawing.session.close();
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
