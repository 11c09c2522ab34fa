import type { Parameter } from '../../checkpoint/parameters.js';
import type { Grid } from '../../decoding/grid.js';
import type { Sequence, StepInputs } from '../../decoding/sequence.js';
import { rowAt } from '../../numbers/at.js';
import { feedsAlone } from '../../runtime/lanes.js';
import { createSession, floatsOf, type SessionOptions } from '../../runtime/session.js';
import { widenMatrix, widenVector, withPart, type LayerSource, type Part } from '../layerwise.js';
import { firstPositions, randarInputs } from './sequence-layout.js';
import { buildRandarStepGraph } from './step-graph.js';
import { embeddingsFor, readRandarTables } from './tables.js';
import type { RandarWeights } from './weights.js';

/**
 * Logits [cells, vocabulary] at every query of the sequence [class, Q, T, Q, T ...] of a known picture.
 *
 * @param onLayer Called after each layer.
 */
export async function randarLogitsByLayer(
  weights: RandarWeights,
  source: LayerSource,
  picture: Sequence,
  grid: Grid,
  options: SessionOptions,
  onLayer: () => void,
): Promise<Float32Array> {
  const { shape, layers } = weights;
  const tables = await readRandarTables(weights, source.file);
  const positions = firstPositions(picture.order.length, 0);
  const inputs = randarInputs(positions, [picture], positions.length, embeddingsFor(tables, grid));

  const run = (some: RandarWeights['layers'], fed: StepInputs, end: 'hidden' | 'logits') =>
    withPart(source, partOf(weights, some), async (part, file) => {
      const session = await createSession(buildRandarStepGraph(part, file, { end }), options);
      try {
        return floatsOf(await session.run(feedsAlone(fed, part.shape)), end);
      } finally {
        await session.release();
      }
    });

  let fed: StepInputs = { ...inputs, wanted: 0 };
  for (const layer of layers) {
    const hidden = await run([layer], fed, 'hidden');
    fed = { ...fed, tensors: { ...fed.tensors, x: { width: shape.dimension, numbers: hidden } } };
    onLayer();
  }
  return run([], queriesOf(fed), 'logits');
}

/** The query positions: every second one. */
function queriesOf(inputs: StepInputs): StepInputs {
  const cells = (inputs.positions - 1) / 2;
  const tensors = Object.fromEntries(
    Object.entries(inputs.tensors).map(([name, { width, numbers }]) => {
      const queries = new Float32Array(cells * width);
      for (let cell = 0; cell < cells; cell++) {
        queries.set(rowAt(numbers, 1 + 2 * cell, width), cell * width);
      }
      return [name, { width, numbers: queries }];
    }),
  );
  return { ...inputs, positions: cells, tensors, wanted: cells };
}

/** The given layers only, or the head if there are none. */
function partOf(whole: RandarWeights, layers: RandarWeights['layers']): Part<RandarWeights> {
  const weights = { ...whole, layers, shape: { ...whole.shape, layers: layers.length } };
  return { weights, parameters: parametersOf(weights), widened: () => widen(weights) };
}

function parametersOf({ layers, norm, output }: RandarWeights): Parameter[] {
  if (layers.length === 0) return [norm, output.weight];
  return layers.flatMap((layer) => {
    const { attentionNorm, wqkv, wo, ffnNorm, w1, w2, w3 } = layer;
    return [attentionNorm, ffnNorm, ...[wqkv, wo, w1, w2, w3].map(({ weight }) => weight)];
  });
}

function widen(part: RandarWeights): RandarWeights {
  return {
    ...part,
    norm: widenVector(part.norm),
    output: widenMatrix(part.output),
    layers: part.layers.map(({ attentionNorm, wqkv, wo, ffnNorm, w1, w2, w3 }) => ({
      attentionNorm: widenVector(attentionNorm),
      wqkv: widenMatrix(wqkv),
      wo: widenMatrix(wo),
      ffnNorm: widenVector(ffnNorm),
      w1: widenMatrix(w1),
      w2: widenMatrix(w2),
      w3: widenMatrix(w3),
    })),
  };
}
