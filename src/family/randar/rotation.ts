import { cellCount, type Grid } from '../../decoding/grid.js';
import { floatAt } from '../../numbers/at.js';

/** Cosines and sines of each cell's rotary embedding: [cells, headDimension / 2] each. */
export interface RotationTable {
  readonly pairs: number;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * 2D rotary embedding: headDimension / 4 frequencies f_i = 10000^(-2i / (headDimension / 2)); the first half of the
 * pairs rotates by row * f_i, the second by column * f_i.
 * Source: RandAR/model/llamagen_gpt.py, precompute_freqs_cis_2d.
 *
 * @param enlarged How many times larger the grid is than the one the model was trained on. The first frequencies use
 *   grid positions as they are; the others interpolate them into the trained range. Source:
 *   RandAR/applications/resolution_extrapolation.py, precompute_freqs_cis_2d_extrapolation.
 */
export function rotationTable(grid: Grid, headDimension: number, enlarged = 1): RotationTable {
  const pairs = headDimension / 2;
  const frequencies = Array.from({ length: pairs / 2 }, (_, i) => Math.fround(1 / 10000 ** ((2 * i) / pairs)));
  const place = (position: number, side: number, frequency: number): number =>
    frequency < extrapolatedFrequencies ? position : interpolated(position, side, enlarged);
  const cos = new Float32Array(cellCount(grid) * pairs);
  const sin = new Float32Array(cellCount(grid) * pairs);
  for (let cell = 0; cell < cellCount(grid); cell++) {
    const row = Math.floor(cell / grid.width);
    const column = cell % grid.width;
    for (const [i, frequency] of frequencies.entries()) {
      const at = cell * pairs + i;
      for (const [to, position] of [
        [at, place(row, grid.height, i)],
        [at + pairs / 2, place(column, grid.width, i)],
      ] as const) {
        const angle = Math.fround(position * frequency);
        cos[to] = Math.cos(angle);
        sin[to] = Math.sin(angle);
      }
    }
  }
  return { pairs, cos, sin };
}

/** The reference's ntk_boundary. */
const extrapolatedFrequencies = 2;

/** Maps positions of the enlarged grid evenly onto the trained range: linspace(0, side/f - 1, side). */
function interpolated(position: number, side: number, enlarged: number): number {
  return enlarged === 1 ? position : Math.fround((position * (side / enlarged - 1)) / (side - 1));
}

/**
 * Rotates each head of a row of D numbers by a cell's angles: x0 cos - x1 sin, x1 cos + x0 sin on interleaved pairs.
 */
export function rotateRow(row: Float32Array, table: RotationTable, cell: number): Float32Array {
  const rotated = new Float32Array(row.length);
  for (let i = 0; i < row.length; i += 2) {
    const angle = cell * table.pairs + ((i / 2) % table.pairs);
    const [x0, x1] = [floatAt(row, i), floatAt(row, i + 1)];
    const [cos, sin] = [floatAt(table.cos, angle), floatAt(table.sin, angle)];
    rotated[i] = x0 * cos - x1 * sin;
    rotated[i + 1] = x1 * cos + x0 * sin;
  }
  return rotated;
}
