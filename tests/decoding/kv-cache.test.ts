import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvMemory, type KvCache } from '../../src/decoding/kv-cache.js';

const stride = 3;

/** A cache for one sequence. */
function cacheOf(layers: number, capacity: number): KvCache {
  return new KvMemory({ layers, dimension: stride }, capacity, 1).cache(0, 1, 1);
}

/** Keys or values of new positions in one layer; every number of a position is its name. */
function positions(...names: number[]): Float32Array {
  return Float32Array.from(names.flatMap((name) => new Array<number>(stride).fill(name)));
}

describe('a KV cache', () => {
  it('is empty at first', () => {
    const cache = cacheOf(2, 4);
    expect(cache.length).toBe(0);
    expect(cache.keys(0)).toHaveLength(0);
    expect(cache.values(1)).toHaveLength(0);
  });

  it('appends the first positions of a step, separately per layer, keys and values', () => {
    const cache = cacheOf(2, 5);
    cache.append(2, [positions(1, 2, 3), positions(11, 12, 13)], [positions(-1, -2, -3), positions(-11, -12, -13)]);
    cache.append(1, [positions(4, 5), positions(14, 15)], [positions(-4, -5), positions(-14, -15)]);
    expect(cache.length).toBe(3);
    expect(cache.keys(0)).toEqual(positions(1, 2, 4));
    expect(cache.keys(1)).toEqual(positions(11, 12, 14));
    expect(cache.values(0)).toEqual(positions(-1, -2, -4));
    expect(cache.values(1)).toEqual(positions(-11, -12, -14));
  });

  it('copies the positions it keeps', () => {
    const cache = cacheOf(1, 2);
    const [keys, values] = [positions(1), positions(-1)];
    cache.append(1, [keys], [values]);
    keys.fill(9);
    values.fill(9);
    expect(cache.keys(0)).toEqual(positions(1));
    expect(cache.values(0)).toEqual(positions(-1));
  });

  it('gives the next step a view without a copy', () => {
    const cache = cacheOf(1, 4);
    cache.append(2, [positions(1, 2)], [positions(-1, -2)]);
    const before = cache.keys(0);
    cache.append(1, [positions(3)], [positions(-3)]);
    expect(cache.keys(0).buffer).toBe(before.buffer);
    expect(before).toEqual(positions(1, 2));
  });

  it('can be filled, and accepts no further position', () => {
    const cache = cacheOf(1, 2);
    cache.append(2, [positions(1, 2)], [positions(-1, -2)]);
    expect(() => {
      cache.append(1, [positions(3)], [positions(-3)]);
    }).toThrow(new RangeError('KV cache of 2 positions cannot take 1 after 2'));
    expect(cache.length).toBe(2);
    expect(cache.keys(0)).toEqual(positions(1, 2));
  });

  it('needs no room for positions that it does not keep', () => {
    const cache = cacheOf(1, 1);
    cache.append(1, [positions(1, 2, 3)], [positions(-1, -2, -3)]);
    expect(cache.keys(0)).toEqual(positions(1));
    expect(cache.values(0)).toEqual(positions(-1));
  });

  it('reports a missing layer', () => {
    const cache = cacheOf(2, 1);
    expect(() => cache.keys(2)).toThrow(RangeError);
    expect(() => cache.values(-1)).toThrow(RangeError);
  });

  it('holds the kept positions of any steps in their order', () => {
    const step = fc
      .array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 6 })
      .chain((names) => fc.record({ names: fc.constant(names), kept: fc.integer({ min: 0, max: names.length }) }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const cache = cacheOf(1, 64);
        for (const { names, kept } of steps) {
          cache.append(kept, [positions(...names)], [positions(...names.map((name) => name + 5000))]);
        }
        const kept = steps.flatMap(({ names, kept }) => names.slice(0, kept));
        expect(cache.length).toBe(kept.length);
        expect(cache.keys(0)).toEqual(positions(...kept));
        expect(cache.values(0)).toEqual(positions(...kept.map((name) => name + 5000)));
      }),
    );
  });
});

describe('KV memory', () => {
  const shape = { layers: 2, dimension: stride };

  it('reuses memory, emptied', () => {
    const memory = new KvMemory(shape, 4, 3);
    const first = memory.cache(1, 1, 1);
    first.append(2, [positions(1, 2), positions(3, 4)], [positions(5, 6), positions(7, 8)]);
    const second = memory.cache(1, 1, 1);
    expect(second.length).toBe(0);
    expect(second.keys(0).buffer).toBe(first.keys(0).buffer);
  });

  it('has room for the positions of all sequences that share the slots', () => {
    const memory = new KvMemory(shape, 4, 8);
    expect(memory.cache(0, 2, 2).capacity).toBe(4);
    // Longer sequences take several slots each.
    expect(memory.cache(2, 6, 3).capacity).toBe(8);
    expect(memory.cache(0, 1, 3).capacity).toBe(1);
  });

  it('keeps slots separate', () => {
    const memory = new KvMemory({ layers: 1, dimension: stride }, 2, 3);
    const caches = [memory.cache(0, 1, 1), memory.cache(1, 1, 1), memory.cache(2, 1, 1)];
    for (const [i, cache] of caches.entries()) cache.append(2, [positions(i, i + 10)], [positions(-i, -i - 10)]);
    for (const [i, cache] of caches.entries()) {
      expect(cache.keys(0)).toEqual(positions(i, i + 10));
      expect(cache.values(0)).toEqual(positions(-i, -i - 10));
    }
  });

  it('refuses slots that it does not have', () => {
    const memory = new KvMemory(shape, 4, 3);
    expect(() => memory.cache(2, 2, 1)).toThrow(new RangeError('KV slots 2 to 3: there are 3'));
    expect(() => memory.cache(-1, 1, 1)).toThrow(RangeError);
  });
});
