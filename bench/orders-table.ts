import type { Grid } from '../src/decoding/grid.js';
import type { Codebook } from '../src/tokenizer/codebook.js';
import { cumulative, halfInterval, mean, wasserstein } from './statistics.js';
import { printTable } from './table.js';

/** The measurements of one picture. */
export interface MeasuredPicture {
  /** Negative log-likelihood in nats per token, in the order it was drawn in. */
  readonly own: number;
  /** The same in a random order that is equal for all ways. */
  readonly neutral: number;
  /** Log-likelihood of some cells under the picture's label minus that under the most likely other label, in nats. */
  readonly margin: number;
  readonly tokens: Int32Array;
}

export interface Measured {
  readonly plan: string;
  readonly way: string;
  /** The pictures of each label. */
  readonly labels: MeasuredPicture[][];
}

interface Column {
  readonly name: string;
  readonly digits: number;
  /** For the labels at these indices, which may repeat. */
  readonly of: (measured: Measured, sample: readonly number[]) => number;
}

/** Compares each plan's ways with its random order; * marks a difference outside its 95 % interval. */
export function printComparison(
  all: readonly Measured[],
  grid: Grid,
  codebook: Codebook,
  { seeds, others, glimpse }: { seeds: number; others: number; glimpse: number },
): void {
  const reference = all[0];
  if (!reference) return;
  const everyLabel = [...reference.labels.keys()];
  const columns = columnsFor(reference, grid, codebook);
  console.log(
    `${everyLabel.length} labels x ${seeds} seeds a row; told from ${others} other labels by ${glimpse} cells; ` +
      `± half of the 95 % interval; * differs from the random order of the same steps and schedule`,
  );
  const rows = [['', ...columns.map(({ name }) => name)]];
  for (const measured of all) {
    const base = all.find((each) => each.plan === measured.plan && each.way === 'random') ?? measured;
    rows.push([
      `${measured.plan}, ${measured.way}`,
      ...columns.map(({ digits, of }) => {
        const value = of(measured, everyLabel);
        const half = halfInterval(everyLabel.length, (sample) => of(measured, sample));
        const difference = halfInterval(everyLabel.length, (sample) => of(measured, sample) - of(base, sample));
        const differs = Math.abs(value - of(base, everyLabel)) > difference;
        return `${value.toFixed(digits)} ±${half.toFixed(digits)}${differs ? '*' : ' '}`;
      }),
    ]);
  }
  printTable(rows);
}

function columnsFor(reference: Measured, grid: Grid, codebook: Codebook): Column[] {
  const perPicture = (of: (picture: MeasuredPicture) => number): Column['of'] => {
    const perLabel = perLabelOnce((pictures) => mean(pictures.map(of)));
    return (measured, sample) => mean(sample.map((label) => perLabel(measured, label)));
  };
  const diversity = perLabelOnce((pictures) => disagreement(pictures.map(({ tokens }) => tokens)));
  // Codes are unit vectors, so two of them are at most 2 apart.
  const farthest = 2;
  const steps = perLabelOnce((pictures) =>
    cumulative(
      pictures.flatMap(({ tokens }) => neighbourDistances(tokens, grid, codebook)),
      farthest,
    ),
  );
  const expected = reference.labels.map((_, label) => steps(reference, label));
  return [
    { name: 'NLL own', digits: 3, of: perPicture(({ own }) => own) },
    { name: 'NLL neutral', digits: 3, of: perPicture(({ neutral }) => neutral) },
    { name: 'label likeliest', digits: 2, of: perPicture(({ margin }) => (margin > 0 ? 1 : 0)) },
    { name: 'label margin', digits: 0, of: perPicture(({ margin }) => margin) },
    { name: 'diversity', digits: 3, of: (measured, sample) => mean(sample.map((label) => diversity(measured, label))) },
    {
      name: 'seams',
      digits: 3,
      of: (measured, sample) =>
        wasserstein(
          sample.map((label) => steps(measured, label)),
          expected,
          farthest,
        ),
    },
  ];
}

function perLabelOnce<T>(of: (pictures: readonly MeasuredPicture[]) => T): (measured: Measured, label: number) => T {
  const known = new Map<readonly MeasuredPicture[], T>();
  return ({ labels }, label) => {
    const pictures = labels[label] ?? [];
    const value = known.get(pictures) ?? of(pictures);
    known.set(pictures, value);
    return value;
  };
}

/** The share of cells whose tokens differ, over all pairs of pictures. */
function disagreement(pictures: readonly Int32Array[]): number {
  const pairs = pictures.flatMap((one, i) => pictures.slice(i + 1).map((other) => [one, other] as const));
  return mean(pairs.map(([one, other]) => mean([...one].map((token, cell) => (token === other[cell] ? 0 : 1)))));
}

/** The distance between the codes of each pair of adjacent cells; seams show up as larger distances. */
function neighbourDistances(tokens: Int32Array, { width, height }: Grid, { rows, dimensions }: Codebook): number[] {
  const between = (one: number, other: number) => {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) {
      sum +=
        ((rows[(tokens[one] ?? 0) * dimensions + i] ?? 0) - (rows[(tokens[other] ?? 0) * dimensions + i] ?? 0)) ** 2;
    }
    return Math.sqrt(sum);
  };
  const distances: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = row * width + column;
      if (column + 1 < width) distances.push(between(cell, cell + 1));
      if (row + 1 < height) distances.push(between(cell, cell + width));
    }
  }
  return distances;
}
