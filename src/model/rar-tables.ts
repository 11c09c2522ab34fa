import { readFloats } from '../checkpoint/floats.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import type { RarTables } from '../decoding/rar-rows.js';
import type { RarWeights } from '../graph/rar-weights.js';

/** What of RAR's transformer is looked up by row, read into memory as fp32. */
export async function readRarTables(weights: RarWeights, file: WeightFile): Promise<RarTables> {
  const { dimension, vocabulary, classes, cells } = weights.shape;
  return {
    dimension,
    vocabulary,
    classes,
    cells,
    classToken: await readFloats(file, weights.classToken),
    embeddings: await readFloats(file, weights.embeddings),
    positions: await readFloats(file, weights.positions),
    targets: await readFloats(file, weights.targets),
    timesteps: await readFloats(file, weights.timesteps),
  };
}
