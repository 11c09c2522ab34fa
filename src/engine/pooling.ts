/** What becomes of the vectors of a picture's cells: they stay, or their mean stands for the picture. */
export type Pooling = 'none' | 'mean';

/** @param vectors of `dimension` numbers each */
export function pooled(vectors: Float32Array, dimension: number, pooling: Pooling): Float32Array {
  if (pooling === 'none') return vectors;
  const sums = new Float64Array(dimension);
  vectors.forEach((value, i) => (sums[i % dimension] = (sums[i % dimension] ?? 0) + value));
  return Float32Array.from(sums, (sum) => sum / (vectors.length / dimension));
}
