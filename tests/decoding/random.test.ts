import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/decoding/random.js';

const anySeed = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const times = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw);
const bits = (random: Random, count = 8) => times(count, () => random.bits());

describe('a random generator', () => {
  it('is xoshiro128**', () => {
    // The first numbers of the authors' C program from this state.
    expect(bits(new Random([1, 2, 3, 4]), 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('gives the same stream for the same seed', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        expect(bits(Random.of(seed, 'sampling'))).toEqual(bits(Random.of(seed, 'sampling')));
      }),
    );
  });

  it('gives the order and the sampler of a seed separate streams', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const order = bits(Random.of(seed, 'order'));
        const sampling = bits(Random.of(seed, 'sampling'));
        expect(order.filter((value, i) => value === sampling[i])).toEqual([]);
      }),
      { examples: [[0], [1], [42]] },
    );
  });

  it('gives neighbouring seeds unrelated streams', () => {
    const streams = times(1000, () => 0).map((_, seed) => bits(Random.of(seed, 'sampling'), 4));
    // Each bit of the first draws is balanced: six standard deviations of 1000 coin flips are 95.
    for (let draw = 0; draw < 4; draw++) {
      for (let bit = 0; bit < 32; bit++) {
        const ones = streams.filter((stream) => ((stream[draw] ?? 0) >>> bit) & 1).length;
        expect(Math.abs(ones - 500)).toBeLessThan(95);
        const changes = streams.filter((stream, seed) => {
          const previous = streams[seed - 1] ?? stream;
          return (((stream[draw] ?? 0) ^ (previous[draw] ?? 0)) >>> bit) & 1;
        }).length;
        expect(Math.abs(changes - 500)).toBeLessThan(95);
      }
    }
  });
});

describe('uniform numbers', () => {
  it('lie in [0, 1), spread evenly', () => {
    const random = Random.of(7, 'sampling');
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
      const tenth = Math.floor(value * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(900));
  });

  it('are at least 0 and below 1 for any bits', () => {
    class Fixed extends Random {
      constructor(readonly value: number) {
        super([0, 0, 0, 0]);
      }
      override bits(): number {
        return this.value;
      }
    }
    expect(new Fixed(0xffffffff).uniform()).toBe(1 - 2 ** -53);
    expect(new Fixed(0).uniform()).toBe(0);
  });

  it('become all integers below a bound', () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 1, max: 8 }), (seed, below) => {
        const random = Random.of(seed, 'order');
        const drawn = new Set(times(400, () => random.integer(below)));
        expect([...drawn].sort((a, b) => a - b)).toEqual(times(below, () => 0).map((_, i) => i));
      }),
    );
  });

  it('shuffle an array into a permutation of itself', () => {
    fc.assert(
      fc.property(anySeed, fc.array(fc.integer({ min: -100, max: 100 })), (seed, values) => {
        const shuffled = Int32Array.from(values);
        Random.of(seed, 'order').shuffle(shuffled);
        expect(shuffled.sort()).toEqual(Int32Array.from(values).sort());
      }),
    );
  });
});
