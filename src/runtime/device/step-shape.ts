import { blockPositions } from '../../graph/paged-attention.js';

/**
 * The sizes of all inputs of a device's step graph. Each binding and each captured graph is for one shape: values may
 * change from run to run, sizes may not.
 */
export interface StepShape {
  /** New positions of all sequences. */
  readonly rows: number;
  /** The number of sequences, including fillers. */
  readonly sequences: number;
  /** Maximum number of blocks of a sequence. */
  readonly columns: number;
  /** The number of rows whose logits are needed. */
  readonly wanted: number;
  /** The number of tokens drawn. */
  readonly tokens: number;
  /** The largest number of new positions of a sequence, rounded up to tiles of the attention kernel. */
  readonly longest: number;
  /** Whether the mixed logits are copied back, for top-k and top-p. */
  readonly fetchesValues: boolean;
}

/** The properties of a lane that determine the shape. */
export interface LaneSize {
  /** New positions of each of its sequences. */
  readonly positions: number;
  readonly sequences: number;
  readonly columns: number;
  /** The number of last positions whose tokens are needed. */
  readonly wanted: number;
  /** Pictures, each of one or more sequences. */
  readonly pictures: number;
  readonly isFiltered: boolean;
}

/**
 * A single generation keeps its exact sizes: they are the same for every picture. With several, nearly every run would
 * have a new shape, so sizes are rounded up, and filler sequences that nobody reads take the rest.
 */
export function shapeOf(lanes: readonly LaneSize[]): StepShape {
  const sum = (of: (lane: LaneSize) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  const most = (of: (lane: LaneSize) => number) => Math.max(...lanes.map(of));
  const rows = sum(({ positions, sequences }) => positions * sequences);
  const sequences = sum((lane) => lane.sequences);
  const wanted = sum((lane) => lane.wanted * lane.sequences);
  const tokens = sum((lane) => lane.wanted * lane.pictures);
  const common = {
    columns: most(({ columns }) => columns),
    longest: tile * Math.ceil(most(({ positions }) => positions) / tile),
    fetchesValues: lanes.some(({ isFiltered }) => isFiltered),
  };
  if (lanes.length === 1) return { rows, sequences, wanted, tokens, ...common };
  const allRows = roundUp(rows, 32);
  const fillers = Math.max(1, Math.ceil((allRows - rows) / blockPositions));
  return {
    rows: allRows,
    sequences: roundUp(sequences + fillers, 4),
    wanted: roundUp(wanted, 16),
    tokens: roundUp(tokens, 8),
    ...common,
  };
}

/** Queries per thread block of the attention kernel. */
const tile = 64;

/**
 * Rounds up to a power of two, up to eight times `least`, where a few more rows take no longer; above that, to one of
 * four sizes per power of two, so by at most a quarter.
 */
export function roundUp(size: number, least: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(size, least)));
  if (power <= 8 * least) return power;
  const step = power / 8;
  return Math.ceil(size / step) * step;
}

export function shapeKey(shape: StepShape): string {
  return Object.values(shape).join();
}
