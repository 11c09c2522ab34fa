import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/decoding/random.js';
import { Sampler, type Sampling } from '../../src/decoding/sampler.js';
import { readGolden } from '../support/goldens/load.js';

interface SamplingGolden {
  readonly logits: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly top_k: number;
    readonly top_p: number;
    readonly temperature: number;
    readonly probs: readonly (readonly number[])[];
  }[];
}

const golden = readGolden<SamplingGolden>('sampling');
const everything: Sampling = { temperature: 1, topK: 0, topP: 1 };

const distributionOf = (logits: Float32Array, sampling: Partial<Sampling>) => [
  ...new Sampler(logits.length, { ...everything, ...sampling }).distribution(logits),
];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const logitsOf = (value: fc.Arbitrary<number>) =>
  fc.array(value, { minLength: 1, maxLength: 60 }).map((values) => Float32Array.from(values));
const anyLogits = logitsOf(fc.double({ min: -30, max: 30, noNaN: true }));
/** Few distinct values, so that many tokens tie. */
const tyingLogits = logitsOf(fc.integer({ min: -3, max: 3 }));
const anySampling = fc.record({
  temperature: fc.double({ min: 0.05, max: 4, noNaN: true }),
  topK: fc.integer({ min: 0, max: 70 }),
  topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe.each(golden.cases)('with top-k $top_k, top-p $top_p and temperature $temperature', (reference) => {
  it.each(golden.logits.map((_, i) => i))('the distribution of logits %i is that of the reference', (i) => {
    const probabilities = distributionOf(Float32Array.from(golden.logits[i] ?? []), {
      temperature: reference.temperature,
      topK: reference.top_k,
      topP: reference.top_p,
    });
    const expected = reference.probs[i] ?? [];
    expect(probabilities).toHaveLength(expected.length);
    for (const [token, probability] of expected.entries()) {
      expect(Math.abs((probabilities[token] ?? NaN) - probability)).toBeLessThan(1e-5);
    }
    // Tokens that the reference drops have probability 0; kept ones may be too small for its six digits.
    for (const [token, probability] of probabilities.entries()) {
      if (probability > 5e-6) expect(expected[token]).toBeGreaterThan(0);
    }
  });
});

describe('a distribution', () => {
  it('sums to 1, and never decreases with the logit', () => {
    fc.assert(
      fc.property(fc.oneof(anyLogits, tyingLogits), anySampling, (logits, sampling) => {
        const probabilities = distributionOf(logits, sampling);
        expect(sum(probabilities)).toBeCloseTo(1, 9);
        const byLogit = [...logits.keys()].sort((a, b) => (logits[a] ?? 0) - (logits[b] ?? 0));
        const ascending = byLogit.map((token) => probabilities[token] ?? NaN);
        expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
      }),
    );
  });

  it('is the softmax of the logits, to twelve digits', () => {
    fc.assert(
      fc.property(fc.oneof(anyLogits, logitsOf(fc.integer({ min: -900, max: 0 }))), (logits) => {
        const highest = Math.max(...logits);
        const weights = [...logits].map((logit) => Math.exp(logit - highest));
        const probabilities = distributionOf(logits, {});
        const total = sum(weights);
        for (const [token, weight] of weights.entries()) {
          // Below e^-700 a token has no chance.
          const expected = (logits[token] ?? 0) - highest < -700 ? 0 : weight / total;
          expect(Math.abs((probabilities[token] ?? NaN) - expected)).toBeLessThanOrEqual(expected * 1e-12);
        }
      }),
    );
  });

  it('keeps the k highest logits and those that tie with the k-th', () => {
    const topK = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(fc.oneof(anyLogits, tyingLogits), topK, (logits, topK) => {
        const kept = distributionOf(logits, { topK }).map((probability) => probability > 0);
        const kth = logits.slice().sort().reverse()[topK - 1] ?? -Infinity;
        expect(kept).toEqual([...logits].map((logit) => logit >= kth));
      }),
    );
  });

  it('keeps k tokens where none tie', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(distinct, fc.integer({ min: 1, max: 70 }), (values, topK) => {
        const probabilities = distributionOf(Float32Array.from(values), { topK });
        expect(probabilities.filter((probability) => probability > 0)).toHaveLength(Math.min(topK, values.length));
      }),
    );
  });

  it('keeps just enough of the most likely tokens to exceed p', () => {
    const topP = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(anyLogits, tyingLogits), topP, (logits, topP) => {
        const whole = distributionOf(logits, {});
        const kept = distributionOf(logits, { topP });
        const mass = sum(whole.filter((_, token) => (kept[token] ?? 0) > 0));
        const least = Math.min(...whole.filter((_, token) => (kept[token] ?? 0) > 0));
        const massAboveLeast = sum(whole.filter((probability) => probability > least));
        if (kept.includes(0)) expect(mass).toBeGreaterThan(topP - 1e-9);
        expect(massAboveLeast).toBeLessThanOrEqual(topP + 1e-9);
      }),
    );
  });

  it('applies p to the k tokens that top-k keeps', () => {
    // Each of the two remaining tokens has one half; among all, each has a quarter.
    const logits = Float32Array.of(1, 1.001, -5, 1, 1);
    expect(distributionOf(logits, { topP: 0.3 }).filter((probability) => probability > 0)).toHaveLength(4);
    const distinct = Float32Array.of(1.002, 1.001, -5, 1, 0.999);
    expect(distributionOf(distinct, { topK: 2, topP: 0.45 }).filter((probability) => probability > 0)).toHaveLength(1);
    expect(distributionOf(distinct, { topK: 0, topP: 0.45 }).filter((probability) => probability > 0)).toHaveLength(2);
  });

  it('gives excluded tokens no chance', () => {
    fc.assert(
      fc.property(anyLogits, anySampling, (logits, sampling) => {
        const ruledOut = Float32Array.from([...logits, -Infinity]);
        const probabilities = distributionOf(ruledOut, sampling);
        expect(probabilities.at(-1)).toBe(0);
        expect(sum(probabilities)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('is flatter the higher the temperature', () => {
    const logits = Float32Array.of(2, 1, 0);
    const [cold = [], warm = []] = [0.5, 2].map((temperature) => distributionOf(logits, { temperature }));
    expect((cold[0] ?? NaN) / (cold[1] ?? NaN)).toBeCloseTo(Math.exp(2), 5);
    expect((warm[0] ?? NaN) / (warm[1] ?? NaN)).toBeCloseTo(Math.exp(0.5), 5);
  });

  it('does not change the logits', () => {
    const logits = Float32Array.of(3, 1, 2);
    distributionOf(logits, { topK: 2, topP: 0.5, temperature: 0.5 });
    expect([...logits]).toEqual([3, 1, 2]);
  });
});

describe('a draw', () => {
  it('returns a possible token and its probability', () => {
    fc.assert(
      fc.property(fc.oneof(anyLogits, tyingLogits), anySampling, anySeed, (logits, sampling, seed) => {
        const { token, probability } = new Sampler(logits.length, sampling).draw(logits, Random.of(seed, 'sampling'));
        expect(probability).toBeGreaterThan(0);
        expect(probability).toBe(distributionOf(logits, sampling)[token]);
      }),
    );
  });

  it('returns the most likely token at temperature 0, without a random number', () => {
    const random = new Random([0, 0, 0, 0]);
    random.uniform = () => {
      throw new Error('greedy draws need no chance');
    };
    fc.assert(
      fc.property(fc.oneof(anyLogits, tyingLogits), (logits) => {
        const sampler = new Sampler(logits.length, { ...everything, temperature: 0 });
        const { token, probability } = sampler.draw(logits, random);
        expect(logits.every((logit) => logit <= (logits[token] ?? NaN))).toBe(true);
        expect(probability).toBe(1);
      }),
    );
  });

  it('takes one random number for any logits', () => {
    fc.assert(
      fc.property(anyLogits, anySampling, anySeed, (logits, sampling, seed) => {
        const [drawn, other] = [Random.of(seed, 'sampling'), Random.of(seed, 'sampling')];
        new Sampler(logits.length, sampling).draw(logits, drawn);
        other.uniform();
        expect(drawn.bits()).toBe(other.bits());
      }),
    );
  });

  it('returns a possible token even for the largest random number', () => {
    const highest = new Random([0, 0, 0, 0]);
    highest.uniform = () => 1 - 2 ** -53;
    fc.assert(
      fc.property(anyLogits, anySampling, (logits, sampling) => {
        const { token, probability } = new Sampler(logits.length, sampling).draw(logits, highest);
        expect(token).toBeLessThan(logits.length);
        expect(probability).toBeGreaterThan(0);
      }),
    );
  });

  it.each<[string, Sampling]>([
    ['of all tokens', everything],
    ['at a temperature', { ...everything, temperature: 2 }],
    ['of the top k', { ...everything, topK: 3 }],
    ['of the top p', { ...everything, topP: 0.8 }],
  ])('follows the probabilities, %s', (_, sampling) => {
    const logits = Float32Array.of(1.5, -1, 0.5, 2, 0, -4, 1);
    const sampler = new Sampler(logits.length, sampling);
    const random = Random.of(11, 'sampling');
    const draws = 40_000;
    const counts = new Array<number>(logits.length).fill(0);
    for (let i = 0; i < draws; i++) {
      const { token } = sampler.draw(logits, random);
      counts[token] = (counts[token] ?? 0) + 1;
    }
    for (const [token, probability] of distributionOf(logits, sampling).entries()) {
      const deviation = Math.sqrt(draws * probability * (1 - probability));
      expect(Math.abs((counts[token] ?? NaN) - draws * probability), `token ${token}`).toBeLessThanOrEqual(
        5 * deviation,
      );
    }
  });
});
