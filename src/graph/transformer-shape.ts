/** The sizes of a transformer, whichever its family. */
export interface TransformerShape {
  readonly dimension: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDimension: number;
  readonly vocabulary: number;
  /** Without the null class. */
  readonly classes: number;
  readonly parameters: number;
}

/** A model of at most this many parameters is small: 64 MB in fp32, and its products are small in any precision. */
const smallModel = 16e6;

export function isSmall({ parameters }: Pick<TransformerShape, 'parameters'>): boolean {
  return parameters <= smallModel;
}
