import { readFloats } from '../../checkpoint/floats.js';
import type { WeightFile } from '../../checkpoint/weight-file.js';
import type { RarWeights } from './weights.js';
import { floatAt, intAt, rowAt } from '../../numbers/at.js';

/** The lookup tables of RAR's transformer, in memory as fp32 with D numbers per row. */
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
 * Everything about a position that does not depend on tokens, [1 + cells, D]: its learned position; from position 1 on,
 * the target embedding of the cell it predicts; at position 0, the class token.
 *
 * @param order All cells.
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

/** The input to adaLN, [1 + cells, D]: the class embedding plus each position's timestep embedding. */
export function conditionsOf(tables: RarTables, label: number): Float32Array {
  const { dimension, cells, timesteps } = tables;
  const conditions = timesteps.slice(0, (1 + cells) * dimension);
  const embedding = classRow(tables, label);
  for (let position = 0; position <= cells; position++) {
    addRow(rowAt(conditions, position, dimension), embedding);
  }
  return conditions;
}

/** The mask row, which inference never uses, lies between the image tokens and the classes. */
export function classRow({ embeddings, vocabulary, dimension }: RarTables, label: number): Float32Array {
  return rowAt(embeddings, vocabulary + 1 + label, dimension);
}

export function addRow(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = floatAt(into, i) + floatAt(values, i);
}
