import type { RowFeature, StepInputs } from './step.js';

/**
 * The rows that RAR's transformer is fed: sequence [class token, class, T(p0), T(p1) ... T(p(n-2))], positions 0 to n for
 * n cells in an order p. The logits of position 1 + s are of cell p(s).
 * Source: bytedance/1d-tokenizer, modeling/rar.py, forward_fn.
 */

/** What is looked up by row, D numbers a row. */
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

/** One sequence of a batch. */
export interface RarRow {
  /** `classes` is the null class. */
  readonly label: number;
  /** Of foldPlaces, for the row's order. */
  readonly places: Float32Array;
  /** adaLN of each position, [1 + cells, modulation width], for the row's label. */
  readonly modulation: Float32Array;
  /** Known so far, in order. */
  readonly tokens: Int32Array;
}

export interface RarStepInputs extends StepInputs {
  readonly features: Readonly<Record<'x' | 'modulation', RowFeature>>;
}

/**
 * Everything of a position that does not depend on what is drawn, [1 + cells, D]: its learned position, and from
 * position 1 on the target embedding of the cell that it predicts; of position 0 the class token, too.
 *
 * @param order all cells; raster order where absent
 */
export function foldPlaces(tables: RarTables, order?: Int32Array): Float32Array {
  const { dimension, cells, positions, targets, classToken } = tables;
  const places = new Float32Array((1 + cells) * dimension);
  const cellAt = (at: number): number => order?.[at] ?? at;
  for (let position = 0; position <= cells; position++) {
    const learned = position < 2 ? position : 2 + cellAt(position - 2);
    const place = places.subarray(position * dimension, (position + 1) * dimension);
    place.set(rowAt(positions, learned, dimension));
    add(place, position === 0 ? classToken : rowAt(targets, 2 + cellAt(position - 1), dimension));
  }
  return places;
}

/** What adaLN is computed from, [1 + cells, D]: the class's embedding plus each position's timestep embedding. */
export function conditionsOf(tables: RarTables, label: number): Float32Array {
  const { dimension, cells, timesteps } = tables;
  const conditions = timesteps.slice(0, (1 + cells) * dimension);
  const embedding = classRow(tables, label);
  for (let position = 0; position <= cells; position++) {
    add(conditions.subarray(position * dimension, (position + 1) * dimension), embedding);
  }
  return conditions;
}

/**
 * What the step graph is fed for each row, x and modulation: positions `from` to `from + count - 1` of every row. The first step is fed two, from 0 on; a later one the position of
 * the token just drawn.
 *
 * @param wanted of the last positions, whose logits are asked for
 */
export function rarStepInputs(
  from: number,
  count: number,
  rows: readonly RarRow[],
  wanted: number,
  tables: RarTables,
): RarStepInputs {
  const { dimension, cells } = tables;
  const width = (rows[0]?.modulation.length ?? 0) / (1 + cells);
  const x = new Float32Array(count * rows.length * dimension);
  const modulation = new Float32Array(count * rows.length * width);
  let at = 0;
  for (let position = from; position < from + count; position++) {
    for (const row of rows) {
      const input = x.subarray(at * dimension, (at + 1) * dimension);
      input.set(rowAt(row.places, position, dimension));
      if (position === 1) add(input, classRow(tables, row.label));
      if (position > 1) add(input, rowAt(tables.embeddings, row.tokens[position - 2] ?? 0, dimension));
      modulation.set(rowAt(row.modulation, position, width), at * width);
      at++;
    }
  }
  const features = { x: { width: dimension, numbers: x }, modulation: { width, numbers: modulation } };
  return { positions: count, rows: rows.length, features, wanted, kept: count };
}

/** Between the image tokens and the classes lies the mask row, which inference never uses. */
function classRow({ embeddings, vocabulary, dimension }: RarTables, label: number): Float32Array {
  return rowAt(embeddings, vocabulary + 1 + label, dimension);
}

function rowAt(table: Float32Array, index: number, width: number): Float32Array {
  return table.subarray(index * width, (index + 1) * width);
}

function add(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] ?? 0) + (values[i] ?? 0);
}
