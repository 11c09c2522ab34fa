import { doubleAt, floatAt, rowAt } from '../numbers/at.js';
/** The vectors of the tokens, [vocabulary, dimensions]. */
export interface Codebook {
  readonly vocabulary: number;
  readonly dimensions: number;
  readonly rows: Float32Array;
  /** The squared length of each row. */
  readonly squares: Float64Array;
  /** Whether rows are unit vectors; vectors are then normalized before the nearest row is looked up. */
  readonly isNormalised: boolean;
}

/** @param stored The rows of a checkpoint, not normalized. */
export function createCodebook(vocabulary: number, stored: Float32Array, isNormalised: boolean): Codebook {
  const dimensions = stored.length / vocabulary;
  const rows = stored.slice();
  const row = (i: number) => rowAt(rows, i, dimensions);
  if (isNormalised) for (let i = 0; i < vocabulary; i++) normalise(row(i));
  const squares = Float64Array.from({ length: vocabulary }, (_, i) => row(i).reduce((sum, x) => sum + x * x, 0));
  return { vocabulary, dimensions, rows, squares, isNormalised };
}

/**
 * The token of each cell of an encoder's output [dimensions, H, W]: the nearest row, the lowest index breaking ties.
 * Source: RandAR/model/tokenizer.py and maskgit_tokenizer.py, VectorQuantizer.forward.
 */
export function quantise(map: Float32Array, { dimensions, rows, squares, isNormalised }: Codebook): Int32Array {
  const cells = map.length / dimensions;
  const tokens = new Int32Array(cells);
  const vector = new Float32Array(dimensions);
  for (let cell = 0; cell < cells; cell++) {
    for (let i = 0; i < dimensions; i++) vector[i] = floatAt(map, i * cells + cell);
    if (isNormalised) normalise(vector);
    tokens[cell] = nearest(vector, rows, squares);
  }
  return tokens;
}

/** The decoder's input: the tokens' rows as a map [dimensions, H, W]. */
export function lookUp(tokens: Int32Array, { vocabulary, dimensions, rows }: Codebook): Float32Array {
  const map = new Float32Array(tokens.length * dimensions);
  for (const [cell, token] of tokens.entries()) {
    if (token < 0 || token >= vocabulary) {
      throw new RangeError(`cell ${cell}: expected a token from 0 to ${vocabulary - 1}, got ${token}`);
    }
    for (let i = 0; i < dimensions; i++) map[i * tokens.length + cell] = floatAt(rows, token * dimensions + i);
  }
  return map;
}

/** The squared distance to a row is |row|^2 - 2 row.vector, plus a constant. */
function nearest(vector: Float32Array, rows: Float32Array, squares: Float64Array): number {
  let best = 0;
  let least = Infinity;
  for (let row = 0; row < squares.length; row++) {
    const at = row * vector.length;
    let dot = 0;
    for (let i = 0; i < vector.length; i++) dot += floatAt(vector, i) * floatAt(rows, at + i);
    const distance = doubleAt(squares, row) - 2 * dot;
    if (distance < least) {
      least = distance;
      best = row;
    }
  }
  return best;
}

/** In place, like torch.nn.functional.normalize: a zero vector stays zero. */
function normalise(vector: Float32Array): void {
  const norm = Math.max(Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)), 1e-12);
  for (const [i, x] of vector.entries()) vector[i] = x / norm;
}
