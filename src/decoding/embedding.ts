import { cellCount, type Grid } from './grid.js';
import { rotateRow, rotationTable, type RotationTable } from './rotation.js';

/** What each kind of position feeds to the transformer: rows of D numbers, and the rotation of each cell. */
export interface Embeddings {
  readonly grid: Grid;
  readonly dimension: number;
  readonly vocabulary: number;
  readonly classes: number;
  /** [vocabulary, D] */
  readonly tokens: Float32Array;
  /** [classes + 1, D]; row `classes` is the null class. */
  readonly labels: Float32Array;
  /** [cells, D]: the row that asks "what is at this cell?". */
  readonly instructions: Float32Array;
  readonly rotation: RotationTable;
}

export interface EmbeddingSource {
  readonly shape: {
    readonly dimension: number;
    readonly headDimension: number;
    readonly vocabulary: number;
    readonly classes: number;
  };
  readonly tokens: Float32Array;
  readonly labels: Float32Array;
  /** [D]: the learned row before it is rotated. */
  readonly instruction: Float32Array;
}

/**
 * The instruction of cell p is the one learned row, each head turned by p's rotation.
 * Source: RandAR/model/randar_gpt.py, get_position_instruction_tokens.
 *
 * @param enlarged as in rotationTable
 */
export function embeddingsFor(source: EmbeddingSource, grid: Grid, enlarged = 1): Embeddings {
  const { dimension, headDimension, vocabulary, classes } = source.shape;
  const rotation = rotationTable(grid, headDimension, enlarged);
  const instructions = new Float32Array(cellCount(grid) * dimension);
  for (let cell = 0; cell < cellCount(grid); cell++) {
    instructions.set(rotateRow(source.instruction, rotation, cell), cell * dimension);
  }
  return {
    grid,
    dimension,
    vocabulary,
    classes,
    tokens: source.tokens,
    labels: source.labels,
    instructions,
    rotation,
  };
}
