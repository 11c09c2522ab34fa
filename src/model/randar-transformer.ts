import { ParameterReader } from '../checkpoint/parameters.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import { totalBytes } from '../checkpoint/weight-file.js';
import { embeddingsFor, type Embeddings } from '../decoding/embedding.js';
import { enlargedGrid, enlargementFactor } from '../decoding/enlarging.js';
import type { Grid } from '../decoding/grid.js';
import { randarSequence } from '../decoding/randar-sequence.js';
import type { Sequence } from '../decoding/sequence.js';
import { buildStepGraph } from '../graph/transformer.js';
import { precisionOf, readTransformer } from '../graph/transformer-weights.js';
import { readEmbeddingSource } from './embedding-source.js';
import { createHostStepSession } from '../runtime/host-step-session.js';
import type { StepSessionOptions } from '../runtime/step-session.js';
import type { Transformer } from './transformer.js';

/** RandAR's transformer, ready to decode. */
export interface RandarTransformer extends Transformer {
  readonly embeddings: Embeddings;
  /** Of pictures of the model's own size, whatever their labels. */
  readonly ownSequence: Sequence;
}

/**
 * Loads a safetensors file of a transformer's weights. What is looked up by row comes into memory here; the matrices go
 * from the file to ONNX Runtime.
 *
 * @throws CheckpointError where the file is broken or holds something else
 */
export async function loadRandar(
  path: string,
  heads: number,
  grid: Grid,
  options: StepSessionOptions,
): Promise<RandarTransformer> {
  return withSafetensors(path, async (file) => {
    const weights = readTransformer(new ParameterReader(path, file.tensors), heads);
    const { shape } = weights;
    const source = await readEmbeddingSource(weights, file);
    const session = await createHostStepSession((lanes) => buildStepGraph(weights, file, { lanes }), shape, options);
    const embeddings = embeddingsFor(source, grid);
    const ownSequence = randarSequence(embeddings);
    let enlarged: Sequence | undefined;
    return {
      shape,
      precision: precisionOf(weights),
      weightBytes: totalBytes(file),
      positions: ownSequence.capacity,
      embeddings,
      ownSequence,
      session,
      sequence: () => Promise.resolve(ownSequence),
      enlargedSequence: () =>
        (enlarged ??= randarSequence(embeddingsFor(source, enlargedGrid(grid), enlargementFactor))),
    };
  });
}
