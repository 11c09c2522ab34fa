/** The sizes of a transformer of any family. */
export interface TransformerShape {
  readonly dimension: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDimension: number;
  readonly vocabulary: number;
  /** Not counting the null class. */
  readonly classes: number;
  readonly parameters: number;
}

/** A model with at most this many parameters is small: 64 MB in fp32, with small matmuls in any precision. */
const smallModel = 16e6;

export function isSmall({ parameters }: Pick<TransformerShape, 'parameters'>): boolean {
  return parameters <= smallModel;
}
