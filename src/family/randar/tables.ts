import { readFloats } from '../../checkpoint/floats.js';
import type { WeightFile } from '../../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../../decoding/grid.js';
import { rotateRow, rotationTable, type RotationTable } from './rotation.js';
import type { RandarWeights } from './weights.js';

/** The lookup tables of RandAR's transformer, in memory as fp32. */
export interface RandarTables {
  readonly shape: {
    readonly dimension: number;
    readonly headDimension: number;
    readonly vocabulary: number;
    readonly classes: number;
  };
  /** [vocabulary, D] */
  readonly tokens: Float32Array;
  /** [classes + 1, D]; row `classes` is the null class. */
  readonly labels: Float32Array;
  /** [D]: the learned instruction before rotation. */
  readonly instruction: Float32Array;
}

export async function readRandarTables(
  { shape, tokenEmbeddings, classEmbeddings, positionInstruction }: RandarWeights,
  file: WeightFile,
): Promise<RandarTables> {
  return {
    shape,
    tokens: await readFloats(file, tokenEmbeddings),
    labels: await readFloats(file, classEmbeddings),
    instruction: await readFloats(file, positionInstruction),
  };
}

/** The embedding of each kind of position, and the rotation of each cell. */
export interface Embeddings extends Pick<RandarTables, 'tokens' | 'labels'> {
  readonly grid: Grid;
  readonly dimension: number;
  readonly vocabulary: number;
  readonly classes: number;
  /** [cells, D]: the query embedding of each cell. */
  readonly instructions: Float32Array;
  readonly rotation: RotationTable;
}

/**
 * The instruction of cell p is the learned row with each head rotated for p.
 * Source: RandAR/model/randar_gpt.py, get_position_instruction_tokens.
 *
 * @param enlarged As in rotationTable.
 */
export function embeddingsFor(tables: RandarTables, grid: Grid, enlarged = 1): Embeddings {
  const { shape, tokens, labels, instruction } = tables;
  const { dimension, headDimension, vocabulary, classes } = shape;
  const rotation = rotationTable(grid, headDimension, enlarged);
  const instructions = new Float32Array(cellCount(grid) * dimension);
  for (let cell = 0; cell < cellCount(grid); cell++) {
    instructions.set(rotateRow(instruction, rotation, cell), cell * dimension);
  }
  return { grid, dimension, vocabulary, classes, tokens, labels, instructions, rotation };
}
