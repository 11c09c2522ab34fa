import type { Parameter } from '../../checkpoint/parameters.js';
import type { Sequence } from '../../decoding/sequence.js';
import type { Affine } from '../../graph/linear.js';
import { feedsAlone } from '../../runtime/lanes.js';
import { createSession, floatsOf, type SessionOptions } from '../../runtime/session.js';
import { widenAffine, widenVector, withPart, type LayerSource, type Part } from '../layerwise.js';
import { rarInputs } from './sequence-layout.js';
import { buildModulationGraph, buildRarStepGraph, modulationWidth, type End } from './step-graph.js';
import { conditionsOf, foldPlaces, readRarTables } from './tables.js';
import { conditionFeed } from './transformer.js';
import { blockLayers, blockNorms, type Norm, type RarBlock, type RarWeights } from './weights.js';

/**
 * Logits [cells, vocabulary] of every cell of a known picture, in its order.
 *
 * @param onLayer Called after each block.
 */
export async function rarLogitsByLayer(
  weights: RarWeights,
  source: LayerSource,
  { label, tokens, order }: Sequence,
  options: SessionOptions,
  onLayer: () => void,
): Promise<Float32Array> {
  const { shape, blocks } = weights;
  const tables = await readRarTables(weights, source.file);
  const conditions = conditionFeed(conditionsOf(tables, label), tables);
  const sequence = { label, tokens, places: foldPlaces(tables, order), modulation: new Float32Array(0) };
  const inputs = rarInputs(0, 1 + shape.cells, [sequence], shape.cells, tables);

  const run = (some: readonly RarBlock[], x: Float32Array, end: End) =>
    withPart(source, partOf(weights, some), async (part, file) => {
      const modulator = await createSession(buildModulationGraph(part, file, end), options);
      let modulation: Float32Array;
      try {
        modulation = floatsOf(await modulator.run(conditions), 'modulation');
      } finally {
        await modulator.release();
      }
      const tensors = {
        x: { width: shape.dimension, numbers: x },
        modulation: { width: modulationWidth(part, end), numbers: modulation },
      };
      const step = await createSession(buildRarStepGraph(part, file, { end }), options);
      try {
        return floatsOf(await step.run(feedsAlone({ ...inputs, tensors }, part.shape)), end);
      } finally {
        await step.release();
      }
    });

  let x = inputs.tensors.x.numbers;
  for (const block of blocks) {
    x = await run([block], x, 'hidden');
    onLayer();
  }
  return run([], x, 'logits');
}

/** The given blocks only, or the head if there are none. */
function partOf(whole: RarWeights, blocks: readonly RarBlock[]): Part<RarWeights> {
  const weights = { ...whole, blocks, shape: { ...whole.shape, layers: blocks.length } };
  return { weights, parameters: parametersOf(weights), widened: () => widen(weights) };
}

function parametersOf({ blocks, headModulation, head }: RarWeights): Parameter[] {
  const affine = ({ matrix, bias }: Affine) => [matrix.weight, bias];
  if (blocks.length === 0) return [headModulation, head].flatMap(affine);
  return blocks.flatMap((block) => [
    ...blockNorms(block).flatMap(({ weight, bias }) => [weight, bias]),
    ...[...blockLayers(block), block.modulation].flatMap(affine),
  ]);
}

function widen(part: RarWeights): RarWeights {
  const norm = ({ weight, bias }: Norm): Norm => ({ weight: widenVector(weight), bias: widenVector(bias) });
  return {
    ...part,
    headModulation: widenAffine(part.headModulation),
    head: widenAffine(part.head),
    blocks: part.blocks.map((block) => ({
      attentionNorm: norm(block.attentionNorm),
      qkv: widenAffine(block.qkv),
      queryNorm: norm(block.queryNorm),
      keyNorm: norm(block.keyNorm),
      projection: widenAffine(block.projection),
      mlpNorm: norm(block.mlpNorm),
      up: widenAffine(block.up),
      down: widenAffine(block.down),
      modulation: widenAffine(block.modulation),
    })),
  };
}
