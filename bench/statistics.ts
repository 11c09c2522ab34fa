import { Random } from '../src/decoding/random.js';

export function sum(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/**
 * Half the 95 % bootstrap interval of `measure`: units are resampled with replacement, and the middle 95 % of the
 * results taken.
 */
export function halfInterval(units: number, measure: (sample: readonly number[]) => number, rounds = 400): number {
  const random = Random.of(1, 'sampling');
  const values = Array.from({ length: rounds }, () =>
    measure(Array.from({ length: units }, () => random.integer(units))),
  ).sort((a, b) => a - b);
  return ((values[Math.floor(rounds * 0.975)] ?? NaN) - (values[Math.floor(rounds * 0.025)] ?? NaN)) / 2;
}

/** The share of values below each of `steps` thresholds from 0 to `most`. */
export function cumulative(values: readonly number[], most: number, steps = 200): number[] {
  const counts = new Array<number>(steps).fill(0);
  for (const value of values) {
    const at = Math.min(Math.floor((value / most) * steps), steps - 1);
    counts[at] = (counts[at] ?? 0) + 1 / values.length;
  }
  let total = 0;
  return counts.map((share) => (total += share));
}

/**
 * Wasserstein distance of two distributions, given by their cumulative shares at the same thresholds from 0 to `most`.
 */
export function wasserstein(
  one: readonly (readonly number[])[],
  other: readonly (readonly number[])[],
  most: number,
): number {
  const steps = one[0]?.length ?? 0;
  const at = (of: readonly (readonly number[])[], i: number) => mean(of.map((each) => each[i] ?? 0));
  return (sum(Array.from({ length: steps }, (_, i) => Math.abs(at(one, i) - at(other, i)))) * most) / steps;
}

/** The observed value below which `share` of all values lie, without interpolation. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
