import { intAt } from '../../numbers/at.js';
import type { StepDraws } from '../../decoding/step-draws.js';
import type { StepIndices } from '../../decoding/step-indices.js';
import { blockPositions } from '../../graph/paged-attention.js';
import type { DeviceCache } from './device-cache.js';
import type { LaneSize, StepShape } from './step-shape.js';

/** One generation's part of a run. */
export interface DeviceLane {
  readonly inputs: StepIndices;
  readonly draws: StepDraws;
  readonly cache: DeviceCache;
}

export function sizeOf({ inputs, draws, cache }: DeviceLane): LaneSize {
  const { positions, sequences, wanted } = inputs;
  return {
    positions,
    sequences,
    wanted,
    pictures: draws.pictures,
    columns: cache.columns,
    isFiltered: draws.isFiltered,
  };
}

/** Indices of 32 or 64 bits. With 64, the upper word of each is zero, since no table has 2^31 rows. */
export interface IndexFeed {
  readonly words: Int32Array;
  readonly stride: 1 | 2;
}

/** The inputs of a step graph; each array's size follows from the shape. */
export interface StepFeeds {
  /** [rows] each, by the family's name. */
  readonly indices: Readonly<Record<string, IndexFeed>>;
  readonly cumulative: Int32Array;
  readonly past: Int32Array;
  /** [sequences, columns] */
  readonly table: Int32Array;
  readonly lengths: Int32Array;
  readonly wanted: Int32Array;
  /** [tokens, wanted] */
  readonly mix: Float64Array;
  readonly uniform: Float64Array;
}

/**
 * Writes one step of all lanes, sequence by sequence. The rest of the shape is filled with sequences that write to a
 * block of no cache.
 *
 * @param scratch That block.
 * @returns For each lane, the index of its first token; its tokens are [count, pictures] from there.
 */
export function packStep(
  lanes: readonly DeviceLane[],
  { rows, sequences, columns, longest }: StepShape,
  scratch: number,
  feeds: StepFeeds,
): number[] {
  feeds.mix.fill(0);
  feeds.uniform.fill(0);
  feeds.wanted.fill(0);
  feeds.table.fill(scratch);
  feeds.past.fill(0);
  feeds.lengths.set([longest, columns * blockPositions]);
  const indices = Object.entries(feeds.indices);
  let [row, sequence, asked, token] = [0, 0, 0, 0];
  const tokensAt = lanes.map(({ inputs, draws, cache }) => {
    const { positions: S, sequences: R, wanted } = inputs;
    const first = row;
    for (const [r, blocks] of cache.blocks.entries()) {
      feeds.cumulative[sequence] = row;
      feeds.past[sequence] = cache.length;
      feeds.table.set(blocks, sequence * columns);
      for (const [name, feed] of indices) copyColumn(inputs.indices[name], r, R, S, feed, row);
      row += S;
      sequence++;
    }
    // Wanted rows are [wanted, R]; the R are [sequences of a picture, pictures].
    for (let query = 0; query < wanted; query++) {
      for (let r = 0; r < R; r++) feeds.wanted[asked + query * R + r] = first + r * S + S - wanted + query;
    }
    const width = feeds.wanted.length;
    for (let query = 0; query < wanted; query++) {
      for (let picture = 0; picture < draws.pictures; picture++) {
        const at = (token + query * draws.pictures + picture) * width + asked + query * R + picture;
        for (const [kind, share] of draws.shares.entries()) feeds.mix[at + kind * draws.pictures] = share;
      }
    }
    feeds.uniform.set(draws.uniforms, token);
    const tokenAt = token;
    asked += wanted * R;
    token += wanted * draws.pictures;
    return tokenAt;
  });
  for (const { words, stride } of Object.values(feeds.indices)) words.fill(0, row * stride);
  for (; sequence < sequences; sequence++) {
    feeds.cumulative[sequence] = row;
    row = Math.min(rows, row + blockPositions);
  }
  feeds.cumulative[sequence] = row;
  return tokensAt;
}

/** Column `r` of a [S, R] matrix, as a row. */
function copyColumn(from: Int32Array | undefined, r: number, R: number, S: number, to: IndexFeed, at: number): void {
  if (!from) throw new TypeError('the tables of the step differ from those of its graph');
  for (let s = 0; s < S; s++) to.words[(at + s) * to.stride] = intAt(from, s * R + r);
}
