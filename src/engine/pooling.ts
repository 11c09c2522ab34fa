import { doubleAt } from '../numbers/at.js';

/** How the vectors of a picture's cells are combined: kept separate, or averaged. */
export type Pooling = 'none' | 'mean';

/** @param vectors `dimension` numbers per cell. */
export function pooled(vectors: Float32Array, dimension: number, pooling: Pooling): Float32Array {
  if (pooling === 'none') return vectors;
  const sums = new Float64Array(dimension);
  vectors.forEach((value, i) => (sums[i % dimension] = doubleAt(sums, i % dimension) + value));
  return Float32Array.from(sums, (sum) => sum / (vectors.length / dimension));
}
