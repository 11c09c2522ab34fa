import { describe, expect, it } from 'vitest';
import { DeviceCache } from '../../../src/runtime/device/device-cache.js';
import { packStep, sizeOf, type DeviceLane, type StepFeeds } from '../../../src/runtime/device/pack-step.js';
import { shapeOf, type StepShape } from '../../../src/runtime/device/step-shape.js';

const scratch = 99;

function feedsOf({ rows, sequences, columns, wanted, tokens }: StepShape): StepFeeds {
  // What an earlier run may have left.
  const ints = (length: number) => new Int32Array(length).fill(77);
  return {
    indices: {
      embedding: { words: ints(rows), stride: 1 },
      rotation: { words: new Int32Array(2 * rows), stride: 2 },
    },
    cumulative: ints(sequences + 1),
    past: ints(sequences),
    table: ints(sequences * columns),
    lengths: ints(2),
    wanted: ints(wanted),
    mix: new Float64Array(tokens * wanted).fill(77),
    uniform: new Float64Array(tokens).fill(77),
  };
}

/** A picture with guidance, three new positions of which two are asked for, in a cache of one block a sequence. */
function guided(): DeviceLane {
  const cache = new DeviceCache([Int32Array.of(4), Int32Array.of(5)]);
  cache.append(7);
  return {
    inputs: {
      positions: 3,
      sequences: 2,
      // [positions, sequences]
      indices: { embedding: Int32Array.of(10, 20, 11, 21, 12, 22), rotation: Int32Array.of(30, 40, 31, 41, 32, 42) },
      wanted: 2,
      kept: 2,
    },
    draws: { count: 2, pictures: 1, shares: [3, -2], isFiltered: false, uniforms: Float64Array.of(0.25, 0.5) },
    cache,
  };
}

/** Two pictures without guidance, one new position each, in caches of two blocks. */
function pair(): DeviceLane {
  return {
    inputs: {
      positions: 1,
      sequences: 2,
      indices: { embedding: Int32Array.of(50, 60), rotation: Int32Array.of(51, 61) },
      wanted: 1,
      kept: 1,
    },
    draws: { count: 1, pictures: 2, shares: [1], isFiltered: false, uniforms: Float64Array.of(0.75, 0.125) },
    cache: new DeviceCache([Int32Array.of(0, 1), Int32Array.of(2, 3)]),
  };
}

function pack(lanes: readonly DeviceLane[]) {
  const shape = shapeOf(lanes.map(sizeOf));
  const feeds = feedsOf(shape);
  return { shape, feeds, tokensAt: packStep(lanes, shape, scratch, feeds) };
}

describe('a packed step', () => {
  it('has the new positions of each sequence side by side, and asks for the last of them', () => {
    const { feeds, tokensAt } = pack([guided()]);
    expect([...(feeds.indices.embedding?.words ?? [])]).toEqual([10, 11, 12, 20, 21, 22]);
    // Indices of 64 bits: the low word first.
    expect([...(feeds.indices.rotation?.words ?? [])]).toEqual([30, 0, 31, 0, 32, 0, 40, 0, 41, 0, 42, 0]);
    expect([...feeds.cumulative]).toEqual([0, 3, 6]);
    expect([...feeds.past]).toEqual([7, 7]);
    expect([...feeds.table]).toEqual([4, 5]);
    expect([...feeds.lengths]).toEqual([64, 256]);
    // [wanted, sequences]
    expect([...feeds.wanted]).toEqual([1, 4, 2, 5]);
    expect([...feeds.mix]).toEqual([3, -2, 0, 0, 0, 0, 3, -2]);
    expect([...feeds.uniform]).toEqual([0.25, 0.5]);
    expect(tokensAt).toEqual([0]);
  });

  it('puts lanes one behind the other, and fills what is left over with what nobody reads', () => {
    const { shape, feeds, tokensAt } = pack([guided(), pair()]);
    expect(shape).toMatchObject({ rows: 32, sequences: 8, columns: 2, wanted: 16, tokens: 8 });
    expect(tokensAt).toEqual([0, 2]);
    const behind = (count: number, value: number) => new Array<number>(count).fill(value);
    expect([...(feeds.indices.embedding?.words ?? [])]).toEqual([10, 11, 12, 20, 21, 22, 50, 60, ...behind(24, 0)]);
    // One filler takes all rows that are left, the others none.
    expect([...feeds.cumulative]).toEqual([0, 3, 6, 7, 8, ...behind(4, 32)]);
    expect([...feeds.past]).toEqual([7, 7, ...behind(6, 0)]);
    // A lane of fewer blocks than the run has, and every filler, name the block of nobody's.
    expect([...feeds.table]).toEqual([4, scratch, 5, scratch, 0, 1, 2, 3, ...behind(8, scratch)]);
    expect([...feeds.wanted]).toEqual([1, 4, 2, 5, 6, 7, ...behind(10, 0)]);
    const mixed = Array.from({ length: 8 }, (_, token) => [...feeds.mix.subarray(16 * token, 16 * (token + 1))]);
    const shares = (at: number, ...of: number[]) => [...behind(at, 0), ...of, ...behind(16 - at - of.length, 0)];
    expect(mixed).toEqual([
      shares(0, 3, -2),
      shares(2, 3, -2),
      shares(4, 1),
      shares(5, 1),
      ...Array.from({ length: 4 }, () => behind(16, 0)),
    ]);
    expect([...feeds.uniform]).toEqual([0.25, 0.5, 0.75, 0.125, 0, 0, 0, 0]);
  });
});
