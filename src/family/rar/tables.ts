import { readFloats } from '../../checkpoint/floats.js';
import type { WeightFile } from '../../checkpoint/weight-file.js';
import type { RarWeights } from './weights.js';
import { floatAt, intAt, rowAt } from '../../numbers/at.js';

/** The parts of RAR's transformer that are looked up by row, in memory as fp32: D numbers a row. */
export interface RarTables {
  readonly dimension: number;
  readonly vocabulary: number;
  readonly classes: number;
  readonly cells: number;
  /** [D] */
  readonly classToken: Float32Array;
  /** [vocabulary + 1 + classes + 1, D] */
  readonly embeddings: Float32Array;
  /** [at least 2 + cells, D] each. */
  readonly positions: Float32Array;
  readonly targets: Float32Array;
  /** [at least 1 + cells, D] */
  readonly timesteps: Float32Array;
}

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

/**
 * Everything of a position that does not depend on what is drawn, [1 + cells, D]: its learned position, and from
 * position 1 on the target embedding of the cell that it predicts; of position 0 the class token, too.
 *
 * @param order all cells
 */
export function foldPlaces(tables: RarTables, order: Int32Array): Float32Array {
  const { dimension, cells, positions, targets, classToken } = tables;
  const places = new Float32Array((1 + cells) * dimension);
  for (let position = 0; position <= cells; position++) {
    const learned = position < 2 ? position : 2 + intAt(order, position - 2);
    const place = rowAt(places, position, dimension);
    place.set(rowAt(positions, learned, dimension));
    addRow(place, position === 0 ? classToken : rowAt(targets, 2 + intAt(order, position - 1), dimension));
  }
  return places;
}

/** What adaLN is computed from, [1 + cells, D]: the class's embedding plus each position's timestep embedding. */
export function conditionsOf(tables: RarTables, label: number): Float32Array {
  const { dimension, cells, timesteps } = tables;
  const conditions = timesteps.slice(0, (1 + cells) * dimension);
  const embedding = classRow(tables, label);
  for (let position = 0; position <= cells; position++) {
    addRow(rowAt(conditions, position, dimension), embedding);
  }
  return conditions;
}

/** Between the image tokens and the classes lies the mask row, which inference never uses. */
export function classRow({ embeddings, vocabulary, dimension }: RarTables, label: number): Float32Array {
  return rowAt(embeddings, vocabulary + 1 + label, dimension);
}

export function addRow(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = floatAt(into, i) + floatAt(values, i);
}
