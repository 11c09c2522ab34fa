import { ParameterReader } from '../../checkpoint/parameters.js';
import { withSafetensors } from '../../checkpoint/safetensors-file.js';
import { totalBytes } from '../../checkpoint/weight-file.js';
import { firstPositions, randarInputs, randarLayout } from './sequence-layout.js';
import { embeddingsFor, readRandarTables, type Embeddings } from './tables.js';
import { enlargedGrid, enlargementFactor } from '../../decoding/enlarging.js';
import type { Grid } from '../../decoding/grid.js';
import type { SequenceLayout } from '../../decoding/sequence.js';
import { buildRandarStepGraph } from './step-graph.js';
import { randarPrecision, readRandar } from './weights.js';
import { rowAt } from '../../numbers/at.js';
import { createHostStepSession } from '../../runtime/host-step-session.js';
import type { StepSessionOptions } from '../../runtime/step-session.js';
import type { Transformer } from '../transformer.js';

/** RandAR's transformer, ready to decode. */
export interface RandarTransformer extends Transformer {
  readonly embeddings: Embeddings;
  /** The layout at the model's own resolution; it does not depend on the labels. */
  readonly ownLayout: SequenceLayout;
}

export async function loadRandar(
  path: string,
  heads: number,
  grid: Grid,
  options: StepSessionOptions,
): Promise<RandarTransformer> {
  return withSafetensors(path, async (file) => {
    const weights = readRandar(new ParameterReader(path, file.tensors), heads);
    const { shape } = weights;
    const tables = await readRandarTables(weights, file);
    const embeddings = embeddingsFor(tables, grid);
    const ownLayout = randarLayout(embeddings);
    let enlarged: SequenceLayout | undefined;
    const session = await createHostStepSession((lanes) => buildRandarStepGraph(weights, file, lanes), shape, options);
    return {
      shape,
      precision: randarPrecision(weights),
      weightBytes: totalBytes(file),
      positions: ownLayout.capacity,
      embeddings,
      ownLayout,
      session,
      layout: () => Promise.resolve(ownLayout),
      enlargedLayout: () => (enlarged ??= randarLayout(embeddingsFor(tables, enlargedGrid(grid), enlargementFactor))),
      knownLogits: async (picture) => {
        const positions = firstPositions(picture.order.length, 0);
        const inputs = randarInputs(positions, [picture], positions.length, embeddings);
        const logits = await session.runAlone(inputs, session.createCache(1, positions.length));
        return ofQueries(logits, picture.order.length, shape.vocabulary);
      },
    };
  });
}

/** Picks the logits of the queries, [cells, vocabulary], from those of [class, Q, T, Q, T ...]. */
function ofQueries(logits: Float32Array, cells: number, vocabulary: number): Float32Array {
  const queries = new Float32Array(cells * vocabulary);
  for (let cell = 0; cell < cells; cell++) {
    queries.set(rowAt(logits, 1 + 2 * cell, vocabulary), cell * vocabulary);
  }
  return queries;
}
