import { blockPositions } from '../../graph/paged-attention.js';

/**
 * The sizes of everything that a device's step graph is fed: what one binding, and one captured graph, is for. Values may
 * change from run to run, sizes may not.
 */
export interface StepShape {
  /** New positions of all sequences. */
  readonly rows: number;
  /** Sequences, fillers among them. */
  readonly sequences: number;
  /** Blocks that a sequence may have. */
  readonly columns: number;
  /** Rows whose logits are asked for. */
  readonly wanted: number;
  /** Tokens that are drawn. */
  readonly tokens: number;
  /** The most new positions of one sequence, in whole tiles of the attention kernel. */
  readonly longest: number;
  /** Whether the mixed logits come back, for top-k and top-p. */
  readonly fetchesValues: boolean;
}

/** What of a lane decides about sizes. */
export interface LaneSize {
  /** New positions of each of its sequences. */
  readonly positions: number;
  readonly sequences: number;
  readonly columns: number;
  /** Of the last positions, those whose tokens are asked for. */
  readonly wanted: number;
  /** Pictures, each of one or more sequences. */
  readonly pictures: number;
  readonly isFiltered: boolean;
}

/**
 * A generation alone has the shape that it has: those of its steps come again in every picture. Of several together every
 * step would have one of its own, so sizes are rounded up, and sequences that nobody reads fill what is left over.
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

/** Queries that one block of threads of the attention kernel takes. */
const tile = 64;

/**
 * The next power of two up to eight times `least`, where a run takes as long for few rows as for some, then the next of
 * four sizes between a power of two and the next: at most a quarter more.
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
