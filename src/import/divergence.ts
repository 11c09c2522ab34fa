import { floatAt, rowAt } from '../numbers/at.js';

/**
 * The mean Kullback-Leibler divergence of next-token distributions over all rows: sum p log(p / q) in nats, with p from
 * `exact` and q from `actual`.
 */
export function meanDivergence(exact: Float32Array, actual: Float32Array, vocabulary: number): number {
  const rows = exact.length / vocabulary;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const p = rowAt(exact, row, vocabulary);
    const q = rowAt(actual, row, vocabulary);
    const [logZp, logZq] = [logSumExp(p), logSumExp(q)];
    for (let i = 0; i < vocabulary; i++) {
      const logP = floatAt(p, i) - logZp;
      total += Math.exp(logP) * (logP - (floatAt(q, i) - logZq));
    }
  }
  // For equal distributions, rounding can give a tiny negative number.
  return Math.max(total, 0) / rows;
}

function logSumExp(values: Float32Array): number {
  let highest = -Infinity;
  for (const value of values) highest = Math.max(highest, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - highest);
  return highest + Math.log(sum);
}
