import { cellCount, type Grid } from '../decoding/grid.js';
import type { Codebook } from './codebook.js';
import { doubleAt, floatAt, intAt } from '../numbers/at.js';

/**
 * Multiplications for the whole search, about a second. For larger codebooks only a sample is compared for each cell.
 */
const maxProducts = 2 ** 29;

/**
 * Fills pictures with codes cell by cell, choosing the remaining code closest to its left and upper neighbours. Once
 * all are used, all are available again.
 */
export function arrangeBySimilarity(codebook: Codebook, grid: Grid, pictures: number): Int32Array[] {
  const { dimensions, rows } = codebook;
  const cells = cellCount(grid);
  const codes = new CodesLeft(codebook, Math.ceil(maxProducts / (pictures * cells * dimensions)));
  const mean = new Float64Array(dimensions);
  return Array.from({ length: pictures }, () => {
    const tokens = new Int32Array(cells);
    for (let cell = 0; cell < cells; cell++) {
      const neighbours = [];
      if (cell % grid.width > 0) neighbours.push(intAt(tokens, cell - 1));
      if (cell >= grid.width) neighbours.push(intAt(tokens, cell - grid.width));
      mean.fill(0);
      for (const token of neighbours) {
        for (let i = 0; i < dimensions; i++) {
          mean[i] = doubleAt(mean, i) + floatAt(rows, token * dimensions + i) / neighbours.length;
        }
      }
      tokens[cell] = neighbours.length > 0 ? codes.takeNearest(mean) : codes.takeAny();
    }
    return tokens;
  });
}

/** The codes that are not used yet. */
class CodesLeft {
  #count = 0;
  /** The first #count are left. */
  readonly #tokens: Int32Array;
  readonly #squares: Float64Array;
  /** Their vectors, one array per dimension: independent sums are twice as fast. */
  readonly #columns: readonly Float32Array[];
  readonly #closeness: Float64Array;

  /** @param compared How many remaining codes are compared for each choice. */
  constructor(
    readonly codebook: Codebook,
    compared: number,
  ) {
    const { vocabulary, dimensions } = codebook;
    this.#tokens = new Int32Array(vocabulary);
    this.#squares = new Float64Array(vocabulary);
    this.#columns = Array.from({ length: dimensions }, () => new Float32Array(vocabulary));
    this.#closeness = new Float64Array(Math.min(compared, vocabulary));
  }

  takeAny(): number {
    if (this.#count === 0) this.#restore();
    return this.#take(0);
  }

  /** The nearest row to a vector maximizes row.vector - |row|^2 / 2. */
  takeNearest(vector: Float64Array): number {
    if (this.#count === 0) this.#restore();
    const compared = Math.min(this.#count, this.#closeness.length);
    const closeness = this.#closeness;
    for (let i = 0; i < compared; i++) closeness[i] = -doubleAt(this.#squares, i) / 2;
    for (const [dimension, column] of this.#columns.entries()) {
      const x = doubleAt(vector, dimension);
      for (let i = 0; i < compared; i++) closeness[i] = doubleAt(closeness, i) + x * floatAt(column, i);
    }
    let best = 0;
    for (let i = 1; i < compared; i++) if (doubleAt(closeness, i) > doubleAt(closeness, best)) best = i;
    return this.#take(best);
  }

  #restore(): void {
    const { vocabulary, dimensions, rows, squares } = this.codebook;
    this.#count = vocabulary;
    this.#squares.set(squares);
    for (let token = 0; token < vocabulary; token++) {
      this.#tokens[token] = token;
      for (const [i, column] of this.#columns.entries()) column[token] = floatAt(rows, token * dimensions + i);
    }
  }

  #take(place: number): number {
    const token = intAt(this.#tokens, place);
    // Move the last one into its place.
    const last = --this.#count;
    for (const list of [this.#tokens, this.#squares, ...this.#columns]) list.copyWithin(place, last, last + 1);
    return token;
  }
}
