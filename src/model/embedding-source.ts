import { readFloats } from '../checkpoint/floats.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import type { EmbeddingSource } from '../decoding/embedding.js';
import type { TransformerWeights } from '../graph/transformer-weights.js';

/** What of a transformer is looked up by row, read into memory as fp32. */
export async function readEmbeddingSource(
  { shape, tokenEmbeddings, classEmbeddings, positionInstruction }: TransformerWeights,
  file: WeightFile,
): Promise<EmbeddingSource> {
  return {
    shape,
    tokens: await readFloats(file, tokenEmbeddings),
    labels: await readFloats(file, classEmbeddings),
    instruction: await readFloats(file, positionInstruction),
  };
}
