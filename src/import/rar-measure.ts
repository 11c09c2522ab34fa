import { ParameterReader } from '../checkpoint/parameters.js';
import { openSafetensors } from '../checkpoint/safetensors-file.js';
import { fileSource } from '../checkpoint/source.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import type { Grid } from '../decoding/grid.js';
import { readRar, type RarWeights } from '../graph/rar-weights.js';
import type { Manifest } from '../model/manifest.js';
import { loadRar } from '../model/rar-transformer.js';
import type { SessionOptions } from '../model/session.js';
import { drawPicture } from './draw-picture.js';
import { layersOf } from './layerwise.js';
import { rarFloatLayersOf, teacherForcedRarLogits } from './rar-layerwise.js';

/** Weights as they came and as they are written, and how a picture is drawn that both are judged by. */
export interface Comparison<Weights> {
  readonly transformer: Weights;
  readonly grid: Grid;
  /** Holds them as they came. */
  readonly source: WeightFile;
  /** The path of the others. */
  readonly written: string;
  /** Takes a layer at a time. */
  readonly folder: string;
  readonly defaults: Manifest['defaults'];
  readonly options: SessionOptions;
  /** Called for every step of the drawing, and for every layer run. */
  readonly advance: () => void;
}

/** Logits [cells, vocabulary] of a picture that the written weights drew. */
export interface Compared {
  /** By the weights as they came, in fp32. */
  readonly exact: Float32Array;
  /** By those that are written. */
  readonly actual: Float32Array;
}

export async function compareRar({
  transformer,
  grid,
  source,
  written,
  folder,
  defaults,
  options,
  advance,
}: Comparison<RarWeights>): Promise<Compared> {
  const label = 0;
  const rar = await loadRar(written, transformer.shape.heads, grid, { ...options, lanes: 1 });
  const { tokens } = await drawPicture(rar, 'rar', defaults, label, advance);
  await rar.session.close();
  const file = await openSafetensors(await fileSource(written));
  try {
    const picture = { label, tokens };
    const weights = readRar(new ParameterReader(written, file.tensors));
    const actual = await teacherForcedRarLogits(layersOf(weights, file), picture, options, advance);
    const floats = rarFloatLayersOf(transformer, source, folder);
    return { actual, exact: await teacherForcedRarLogits(floats, picture, options, advance) };
  } finally {
    await file.close();
  }
}
