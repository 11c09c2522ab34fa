import { ParameterReader } from '../../checkpoint/parameters.js';
import { withSafetensors } from '../../checkpoint/safetensors-file.js';
import type { StepInputs } from '../../decoding/sequence.js';
import type { FeatureEncoder } from '../transformer.js';
import { embeddingsFor, readRandarTables, type Embeddings } from './tables.js';
import { cellCount, type Grid } from '../../decoding/grid.js';
import { firstPositions, randarInputs } from './sequence-layout.js';
import { buildRandarStepGraph } from './step-graph.js';
import { readRandar } from './weights.js';
import { rowAt } from '../../numbers/at.js';
import { feedsAlone } from '../../runtime/lanes.js';
import { createSession, floatsOf, type SessionOptions } from '../../runtime/session.js';

/**
 * Loads the layers up to `layer` from a transformer's safetensors file.
 *
 * @param layer 0 is the first block.
 * @throws CheckpointError if the file is broken or is not such a transformer.
 */
export async function loadFeatureEncoder(
  path: string,
  heads: number,
  grid: Grid,
  layer: number,
  options: SessionOptions,
): Promise<FeatureEncoder> {
  return withSafetensors(path, async (file) => {
    const whole = readRandar(new ParameterReader(path, file.tensors), heads);
    const layers = whole.layers.slice(0, layer + 1);
    const weights = { ...whole, layers, shape: { ...whole.shape, layers: layers.length } };
    const embeddings = embeddingsFor(await readRandarTables(whole, file), grid);
    const session = await createSession(buildRandarStepGraph(weights, file, { end: 'hidden' }), options);
    const { dimension } = weights.shape;
    return {
      dimension,
      encode: async (tokens) => {
        const outputs = await session.run(feedsAlone(twice(tokens, embeddings), weights.shape));
        return secondPass(floatsOf(outputs, 'hidden'), cellCount(grid), dimension);
      },
      close: () => session.release(),
    };
  });
}

/**
 * [class, Q, T ..., Q, T ...]: every cell in raster order, twice. The class is the null class, so that only the picture
 * matters.
 */
function twice(tokens: Int32Array, embeddings: Embeddings): StepInputs {
  const cells = Int32Array.from(tokens.keys());
  const sequence = {
    label: embeddings.classes,
    order: Int32Array.of(...cells, ...cells),
    tokens: Int32Array.of(...tokens, ...tokens),
  };
  const positions = firstPositions(2 * cells.length, 0);
  return randarInputs(positions, [sequence], 0, embeddings);
}

function secondPass(hidden: Float32Array, cells: number, dimension: number): Float32Array {
  const features = new Float32Array(cells * dimension);
  for (let cell = 0; cell < cells; cell++) {
    // Skip the class and the first pass; each cell has its query, then its token.
    features.set(rowAt(hidden, 1 + 2 * cells + 2 * cell + 1, dimension), cell * dimension);
  }
  return features;
}
