import { intAt } from '../numbers/at.js';
/**
 * xoshiro128**: a small generator with one state per picture, so that other pictures in a batch never affect its draws.
 * Source: Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators" (prng.di.unimi.it,
 * xoshiro128starstar.c).
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(state: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /** A separate generator for each purpose of a seed, so that drawing an order does not shift the sampler's numbers. */
  static of(seed: number, purpose: keyof typeof purposes): Random {
    const next = splitMix32((seed ^ purposes[purpose]) >>> 0);
    return new Random([next(), next(), next(), next()]);
  }

  /** The next 32 bits, from 0 to 2^32 - 1. */
  bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** Uniform in [0, 1), with all 53 bits of a double. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A uniform integer from 0 to below - 1. */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** Fisher-Yates, in place. */
  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const value = intAt(values, i);
      values[i] = intAt(values, j);
      values[j] = value;
    }
  }
}

/** The first four letters of each name, as ASCII. */
const purposes = { order: 0x6f726465, sampling: 0x73616d70, hiding: 0x68696469, known: 0x6b6e6f77 } as const;

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Expands a seed into a state. Source: Steele, Lea and Flood's SplitMix, with MurmurHash3's 32-bit finalizer. */
function splitMix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
}
