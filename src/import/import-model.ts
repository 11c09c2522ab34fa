import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWeights } from '../checkpoint/open-weights.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import type { FamilyId } from '../family/families.js';
import type { Precision } from '../graph/linear.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import { parseManifest } from '../model/manifest.js';
import { cpu } from '../runtime/device.js';
import { writePatches } from '../tokenizer/patch-file.js';
import { buildPatches } from '../tokenizer/patches.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { graphsOnHost } from '../runtime/graph-session.js';
import { ImportError, type ImportOptions } from './import-options.js';
import { readLabelNames } from './label-names.js';
import { makeFolder } from './make-folder.js';
import { measureDivergence } from './measure.js';
import { readModel, type ReadModel } from './read-model.js';
import { floatForm, storedForm, type Conversion } from './stored-form.js';

export interface ImportSummary {
  readonly folder: string;
  readonly family: FamilyId;
  readonly shape: TransformerShape;
  readonly tokenizerFamily: string;
  readonly grid: Grid;
  readonly precision: Precision;
  /** Size of the transformer's file. */
  readonly bytes: number;
  /** Mean Kullback-Leibler divergence from fp32's next-token distribution, in nats. */
  readonly divergence: number | undefined;
}

export type ImportStage = 'transformer' | 'tokenizer' | 'patches' | 'precision';
export type OnProgress = (stage: ImportStage, done: number, total: number) => void;

/**
 * Converts weights files into a model directory. Everything that can be checked without reading all numbers is checked
 * before anything is written.
 *
 * @throws ImportError, CheckpointError or ModelError; nothing is left behind then.
 */
export async function importModel(options: ImportOptions, onProgress: OnProgress): Promise<ImportSummary> {
  const { id, precision, signal } = options;
  if (!/^\w[\w.-]*$/.test(id)) {
    throw new ImportError(
      `--id: expected letters, digits, ".", "_" and "-", not starting with "." or "-", got "${id}"`,
    );
  }
  const labels = await readLabelNames(options.labels);
  const advance: OnProgress = (stage, done, total) => {
    signal?.throwIfAborted();
    onProgress(stage, done, total);
  };
  const transformerFile = await openWeights(options.transformer);
  try {
    const tokenizerFile = await openWeights(options.tokenizer);
    try {
      const model = readModel(transformerFile, tokenizerFile, { ...options, labels: labels.length });
      const conversions = storedForm(model.transformer, transformerFile, precision);
      const { family, grid, tokenizer } = model;
      const { shape } = model.transformer;
      const folder = join(options.models, id);
      const manifest = parseManifest(describeModel(options, model), join(folder, manifestName));
      return await makeFolder(folder, options.replace, async (beside) => {
        const written = join(beside, transformerName);
        const bytes = await writeWeights(written, conversions, 'transformer', advance);
        await writeTokenizer(beside, model, tokenizerFile, advance);
        await writeFile(join(beside, labelsName), `${JSON.stringify(labels, null, 1)}\n`);
        const divergence =
          options.measure && precision !== 'fp32'
            ? await measureDivergence(model, transformerFile, written, beside, (done, total) =>
                advance('precision', done, total),
              )
            : undefined;
        const described = { ...manifest, transformer: { ...manifest.transformer, divergence } };
        await writeFile(join(beside, manifestName), `${JSON.stringify(described, null, 2)}\n`);
        return {
          folder,
          family: family.id,
          shape,
          tokenizerFamily: tokenizer.family,
          grid,
          precision,
          bytes,
          divergence,
        };
      });
    } finally {
      await tokenizerFile.close();
    }
  } finally {
    await transformerFile.close();
  }
}

const transformerName = 'transformer.safetensors';
const tokenizerName = 'tokenizer.safetensors';
const patchesName = 'patches.safetensors';
const labelsName = 'labels.json';
const manifestName = 'model.json';

async function writeWeights(
  file: string,
  conversions: readonly Conversion[],
  stage: ImportStage,
  onProgress: OnProgress,
): Promise<number> {
  let done = 0;
  await writeSafetensors(file, conversions, async (conversion) => {
    const bytes = await conversion.bytes();
    onProgress(stage, ++done, conversions.length);
    return bytes;
  });
  return (await stat(file)).size;
}

/** Keeps the stored width: with fp16, some pixels would change by up to a level. */
async function writeTokenizer(
  folder: string,
  { tokenizerParameters }: ReadModel,
  source: WeightFile,
  onProgress: OnProgress,
): Promise<void> {
  const file = join(folder, tokenizerName);
  const forms = tokenizerParameters.map((parameter) =>
    floatForm(parameter, source, parameter.dtype === 'F16' ? 'F16' : 'F32'),
  );
  await writeWeights(file, forms, 'tokenizer', onProgress);
  const tokenizer = await loadTokenizer(file, graphsOnHost({ device: cpu, threads: 0, spinning: false }));
  try {
    const patches = await buildPatches(tokenizer, (done, total) => onProgress('patches', done, total));
    await writePatches(join(folder, patchesName), patches);
  } finally {
    await tokenizer.close();
  }
}

function describeModel(
  { id, name, license, anyOrder }: ImportOptions,
  { family, transformer, tokenizer, grid }: ReadModel,
): object {
  const { shape } = transformer;
  const capabilities = anyOrder ? { anyOrder } : {};
  return {
    name: name ?? id,
    family: family.id,
    license: license ?? null,
    transformer: { file: transformerName, heads: shape.heads, ...capabilities },
    tokenizer: { file: tokenizerName, family: tokenizer.family, patches: patchesName },
    grid,
    labels: labelsName,
    defaults: family.defaults(shape, tokenizer.family, cellCount(grid)),
  };
}
