import { cellCount, type Grid } from './grid.js';
import type { CellsToOrder } from './order.js';
import type { Random } from './random.js';
import { byteAt, doubleAt, intAt, numberAt } from '../numbers/at.js';

/**
 * Locality-aware order: each step takes cells close enough to decoded ones to have context, and far enough from each
 * other to be nearly independent. Source: mit-han-lab/lpd, orders/lpd_order.py; arXiv 2507.01957.
 */
export interface Locality {
  /** The least score for which a cell is chosen for its context. */
  readonly tau: number;
  /** Cells of a step chosen for their context are more than this many rows or columns apart. */
  readonly rho: number;
}

/** As in the paper. Its repository uses 1 and 2: no better at 16 steps, and worse at 48 (docs/orders.md). */
export const defaultLocality: Locality = { tau: 2, rho: 1 };

export function localityOrder(cells: CellsToOrder, random: Random, locality = defaultLocality): Int32Array {
  return Int32Array.from(localitySteps(cells, random, locality).flat(), ({ cell }) => cell);
}

export interface Choice {
  readonly cell: number;
  /** The score for which the cell was chosen; omitted if it was chosen for its distance from the step's other cells. */
  readonly score?: number;
}

/** The cells chosen in each step. The very first one is random if nothing is known. */
export function localitySteps(
  { grid, known, tokensPerStep }: CellsToOrder,
  random: Random,
  locality: Locality,
): Choice[][] {
  const isDecoded = new Uint8Array(cellCount(grid));
  const context = new Context(grid);
  const decode = (cell: number) => {
    isDecoded[cell] = 1;
    context.add(cell);
  };
  for (const cell of new Set(known)) decode(cell);

  const isOpen = (cell: number) => isDecoded[cell] === 0;
  let open = Int32Array.from({ length: cellCount(grid) }, (_, cell) => cell).filter(isOpen);
  return tokensPerStep.map((count) => {
    random.shuffle(open);
    const choices = chooseStep(byScore(open, context), count, context, locality, random);
    for (const { cell } of choices) decode(cell);
    open = open.filter(isOpen);
    return choices;
  });
}

/** @param open Sorted by descending score. */
function chooseStep(
  open: Int32Array,
  count: number,
  context: Context,
  { tau, rho }: Locality,
  random: Random,
): Choice[] {
  const { grid } = context;
  const near: Choice[] = [];
  const crowded: number[] = [];
  const remote: number[] = [];
  const isCrowded = new Uint8Array(cellCount(grid));
  for (const cell of open) {
    if (near.length === count) return near;
    const score = context.score(cell);
    if (score < tau) remote.push(cell);
    else if (isCrowded[cell] === 1) crowded.push(cell);
    else {
      near.push({ cell, score });
      for (const other of surroundings(grid, cell, rho)) isCrowded[other] = 1;
    }
  }
  const taken = near.map(({ cell }) => cell);
  const far = farthest(grid, taken, [...remote, ...crowded], count - near.length, random);
  return [...near, ...far.map((cell) => ({ cell }))];
}

/** Score by number of decoded neighbours at sides and corners: the sum of 1 / distance. */
const scores = [0, 1, 2, 3, 4]
  .flatMap((sides) => [0, 1, 2, 3, 4].map((corners) => ({ sides, corners, score: sides + corners * Math.SQRT1_2 })))
  .sort((one, other) => other.score - one.score);
const scoreByRank = scores.map(({ score }) => score);
const ranks = new Uint8Array(scores.length);
for (const [rank, { sides, corners }] of scores.entries()) ranks[sides * 5 + corners] = rank;

/**
 * The scores of all cells. Neighbours are counted, not summed, so that equal scores are equal in any decoding order.
 */
class Context {
  readonly #sides: Uint8Array;
  readonly #corners: Uint8Array;

  constructor(readonly grid: Grid) {
    this.#sides = new Uint8Array(cellCount(grid));
    this.#corners = new Uint8Array(cellCount(grid));
  }

  score(cell: number): number {
    return numberAt(scoreByRank, this.rank(cell));
  }

  /** Rank 0 is the highest score. */
  rank(cell: number): number {
    return byteAt(ranks, byteAt(this.#sides, cell) * 5 + byteAt(this.#corners, cell));
  }

  /** Counts a newly decoded cell for its neighbours. */
  add(cell: number): void {
    const { width } = this.grid;
    for (const other of surroundings(this.grid, cell, 1)) {
      const isCorner = other % width !== cell % width && Math.floor(other / width) !== Math.floor(cell / width);
      const counts = isCorner ? this.#corners : this.#sides;
      counts[other] = byteAt(counts, other) + 1;
    }
  }
}

/** The cells at most `reach` rows and columns away, including the cell itself. */
function surroundings({ width, height }: Grid, cell: number, reach: number): number[] {
  const row = Math.floor(cell / width);
  const column = cell % width;
  const cells: number[] = [];
  for (let r = Math.max(row - reach, 0); r <= Math.min(row + reach, height - 1); r++) {
    for (let c = Math.max(column - reach, 0); c <= Math.min(column + reach, width - 1); c++) cells.push(r * width + c);
  }
  return cells;
}

/** Sorts by descending score, keeping ties in order: a counting sort, since there are 25 scores and many cells. */
function byScore(cells: Int32Array, context: Context): Int32Array {
  const starts = new Int32Array(scores.length + 1);
  for (const cell of cells) {
    const next = context.rank(cell) + 1;
    starts[next] = intAt(starts, next) + 1;
  }
  for (let rank = 1; rank < scores.length; rank++) starts[rank] = intAt(starts, rank) + intAt(starts, rank - 1);
  const sorted = new Int32Array(cells.length);
  for (const cell of cells) {
    const rank = context.rank(cell);
    const at = intAt(starts, rank);
    sorted[at] = cell;
    starts[rank] = at + 1;
  }
  return sorted;
}

/**
 * Farthest-point sampling: repeatedly takes the candidate farthest from its nearest chosen cell (the first of several).
 * If nothing is chosen yet, the first one is random.
 */
function farthest(
  { width }: Grid,
  taken: readonly number[],
  candidates: readonly number[],
  count: number,
  random: Random,
): number[] {
  const distances = new Float64Array(candidates.length).fill(Infinity);
  const take = (cell: number) => {
    for (const [i, candidate] of candidates.entries()) {
      const rows = Math.floor(candidate / width) - Math.floor(cell / width);
      const columns = (candidate % width) - (cell % width);
      distances[i] = Math.min(doubleAt(distances, i), rows * rows + columns * columns);
    }
  };
  for (const cell of taken) take(cell);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, candidates.length)) {
    const nothing = taken.length + chosen.length === 0;
    const at = nothing ? random.integer(candidates.length) : indexOfLargest(distances);
    const cell = numberAt(candidates, at);
    chosen.push(cell);
    take(cell);
  }
  return chosen;
}

function indexOfLargest(values: Float64Array): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (doubleAt(values, i) > doubleAt(values, largest)) largest = i;
  return largest;
}
