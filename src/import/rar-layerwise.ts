import type { Parameter } from '../checkpoint/parameters.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { conditionsOf, foldPlaces, rarStepInputs } from '../decoding/rar-rows.js';
import type { Affine } from '../graph/linear.js';
import { buildModulationGraph, buildRarStepGraph, modulationWidth, type End } from '../graph/rar.js';
import { blockLayers, blockNorms, type Norm, type RarBlock, type RarWeights } from '../graph/rar-weights.js';
import { feedsAlone } from '../runtime/lanes.js';
import { conditionFeed } from '../model/rar-transformer.js';
import { readRarTables } from '../model/rar-tables.js';
import { createSession, floatsOf, type SessionOptions } from '../runtime/session.js';
import { writeFloats, type Layers } from './layerwise.js';

/** RAR's transformer run block by block, as layerwise.ts runs RandAR's. */
export type RarLayers = Layers<RarWeights>;

/** The blocks of a file of any kind in fp32, each written to `folder` while it runs. */
export function rarFloatLayersOf(weights: RarWeights, file: WeightFile, folder: string): RarLayers {
  return {
    weights,
    file,
    open: async (part) => ({ weights: inFloat32(part), ...(await writeFloats(parametersOf(part), file, folder)) }),
  };
}

/** A known picture of a class: all its tokens in order, raster order where none is said. */
export interface KnownPicture {
  readonly label: number;
  readonly tokens: Int32Array;
  readonly order?: Int32Array;
}

/**
 * Logits [cells, vocabulary] of every cell, in order.
 *
 * @param onLayer called after each block
 */
export async function teacherForcedRarLogits(
  { weights, file, open }: RarLayers,
  { label, tokens, order }: KnownPicture,
  options: SessionOptions,
  onLayer: () => void,
): Promise<Float32Array> {
  const { shape, blocks } = weights;
  const tables = await readRarTables(weights, file);
  const conditions = conditionFeed(conditionsOf(tables, label), tables);
  const row = { label, tokens, places: foldPlaces(tables, order), modulation: new Float32Array(0) };
  const inputs = rarStepInputs(0, 1 + shape.cells, [row], shape.cells, tables);

  const run = async (part: RarWeights, x: Float32Array, end: End): Promise<Float32Array> => {
    const opened = await open(part);
    try {
      const modulator = await createSession(buildModulationGraph(opened.weights, opened.file, end), options);
      const modulation = floatsOf(await modulator.run(conditions), 'modulation');
      await modulator.release();
      const step = await createSession(buildRarStepGraph(opened.weights, opened.file, { end }), options);
      const features = {
        x: { width: shape.dimension, numbers: x },
        modulation: { width: modulationWidth(part, end), numbers: modulation },
      };
      const outputs = await step.run(feedsAlone({ ...inputs, features }, part.shape));
      await step.release();
      return floatsOf(outputs, end);
    } finally {
      await opened.close();
    }
  };

  const partOf = (some: readonly RarBlock[]) => ({
    ...weights,
    blocks: some,
    shape: { ...shape, layers: some.length },
  });
  let x = inputs.features.x.numbers;
  for (const block of blocks) {
    x = await run(partOf([block]), x, 'hidden');
    onLayer();
  }
  return run(partOf([]), x, 'logits');
}

/** What one part's graphs name: its blocks, and the head where it has none. */
function parametersOf({ blocks, headModulation, head }: RarWeights): Parameter[] {
  const affine = ({ matrix, bias }: Affine) => [matrix.weight, bias];
  if (blocks.length === 0) return [headModulation, head].flatMap(affine);
  return blocks.flatMap((block) => [
    ...blockNorms(block).flatMap(({ weight, bias }) => [weight, bias]),
    ...[...blockLayers(block), block.modulation].flatMap(affine),
  ]);
}

function inFloat32(part: RarWeights): RarWeights {
  const vector = (parameter: Parameter): Parameter => ({ ...parameter, dtype: 'F32' });
  const norm = ({ weight, bias }: Norm): Norm => ({ weight: vector(weight), bias: vector(bias) });
  const affine = ({ matrix: { shape, weight }, bias }: Affine): Affine => ({
    matrix: { kind: 'float', shape, weight: vector(weight) },
    bias: vector(bias),
  });
  return {
    ...part,
    headModulation: affine(part.headModulation),
    head: affine(part.head),
    blocks: part.blocks.map((block) => ({
      attentionNorm: norm(block.attentionNorm),
      qkv: affine(block.qkv),
      queryNorm: norm(block.queryNorm),
      keyNorm: norm(block.keyNorm),
      projection: affine(block.projection),
      mlpNorm: norm(block.mlpNorm),
      up: affine(block.up),
      down: affine(block.down),
      modulation: affine(block.modulation),
    })),
  };
}
