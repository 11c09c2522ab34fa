import ort from 'onnxruntime-node';
import { KvMemory, type KvCache } from '../decoding/kv-cache.js';
import type { StepInputs } from '../decoding/sequence.js';

/** One generation's part of a run. */
export interface Lane {
  readonly inputs: StepInputs;
  readonly cache: KvCache;
}

/** A lane, and where it begins in what a run is fed and gives. */
interface PlacedLane extends Lane {
  /** Its first of the N rows. */
  readonly row: number;
  /** Its first of the rows of the logits. */
  readonly wanted: number;
}

export interface PackedLanes {
  readonly feeds: Record<string, ort.Tensor>;
  /** The lanes that have a generation. */
  readonly placed: readonly PlacedLane[];
}

export interface LaneShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDimension: number;
}

/**
 * Everything that a step graph of `count` lanes is fed: the rows of all lanes one after the other, and of each its own
 * past, mask and sizes. Lanes without a generation feed one row of zeros.
 */
export function packLanes(lanes: readonly Lane[], shape: LaneShape, count: number): PackedLanes {
  const idle = Array.from({ length: count - lanes.length }, () => idleLane(lanes[0]?.inputs, shape));
  const all = [...lanes, ...idle];
  const placed: PlacedLane[] = [];
  const sizes: number[] = [];
  const wanted: number[] = [];
  let row = 0;
  for (const lane of all) {
    const { inputs } = lane;
    const size = inputs.positions * inputs.sequences;
    placed.push({ ...lane, row, wanted: wanted.length });
    for (let i = size - inputs.wanted * inputs.sequences; i < size; i++) wanted.push(row + i);
    sizes.push(size);
    row += size;
  }
  const feeds: Record<string, ort.Tensor> = {
    ...packRows(
      all.map(({ inputs }) => inputs),
      row,
    ),
    index: countUp(row),
    wanted: integers(wanted, [wanted.length]),
  };
  if (count > 1) feeds.lanes = integers(sizes, [count]);
  for (const [i, lane] of all.entries()) Object.assign(feeds, laneFeeds(lane, i, shape));
  return { feeds, placed: placed.slice(0, lanes.length) };
}

/** What a step graph of one lane is fed, where the step sees nothing besides its own positions. */
export function feedsAlone(inputs: StepInputs, shape: LaneShape): Record<string, ort.Tensor> {
  return packLanes([{ inputs, cache: emptyCache(shape) }], shape, 1).feeds;
}

/** A past of nothing. */
function emptyCache({ layers, heads, headDimension }: LaneShape): KvCache {
  return new KvMemory({ layers, dimension: heads * headDimension }, 1, 1).cache(0, 1, 1);
}

/** Each kind of number that belongs to a row, of all lanes one after the other. */
function packRows(all: readonly StepInputs[], rows: number): Record<string, ort.Tensor> {
  const [first] = all;
  return Object.fromEntries(
    Object.entries(first?.tensors ?? {}).map(([name, { width }]) => {
      const packed = new Float32Array(rows * width);
      let at = 0;
      for (const { tensors } of all) {
        const { numbers } = tensors[name] ?? missing(name);
        packed.set(numbers, at);
        at += numbers.length;
      }
      return [name, new ort.Tensor('float32', packed, [rows, width])];
    }),
  );
}

function missing(name: string): never {
  throw new RangeError(`a lane has no tensor "${name}", which the others of its run have`);
}

function laneFeeds({ inputs, cache }: Lane, lane: number, shape: LaneShape): Record<string, ort.Tensor> {
  const { positions, sequences } = inputs;
  const heads = sequences * shape.heads;
  // The graph wants a past: before the first step it is one position of zeros that the mask hides.
  const isEmpty = cache.length === 0;
  const past = Math.max(cache.length, 1);
  const feeds: Record<string, ort.Tensor> = {
    [`mask.${lane}`]: new ort.Tensor('float32', causalMask(positions, past, isEmpty), [positions, past + positions]),
    [`split.${lane}`]: integers([past, positions], [2]),
    [`heads.${lane}`]: integers([positions, heads, shape.headDimension], [3]),
  };
  const pastDims = [past, heads, shape.headDimension];
  const nothing = isEmpty
    ? new ort.Tensor('float32', new Float32Array(heads * shape.headDimension), pastDims)
    : undefined;
  for (let i = 0; i < shape.layers; i++) {
    feeds[`pastK.${lane}.${i}`] = nothing ?? new ort.Tensor('float32', cache.keys(i), pastDims);
    feeds[`pastV.${lane}.${i}`] = nothing ?? new ort.Tensor('float32', cache.values(i), pastDims);
  }
  return feeds;
}

/** A lane that nobody uses: one row that asks for nothing and is kept nowhere. */
function idleLane(like: StepInputs | undefined, shape: LaneShape): Lane {
  const tensors = Object.fromEntries(
    Object.entries(like?.tensors ?? {}).map(([name, { width }]) => [name, { width, numbers: new Float32Array(width) }]),
  );
  return { inputs: { positions: 1, sequences: 1, tensors, wanted: 0, kept: 0 }, cache: emptyCache(shape) };
}

/** [S, P + S]: 0 where a new position sees another, a number that no score outweighs where it does not. */
function causalMask(positions: number, past: number, pastIsHidden: boolean): Float32Array {
  const width = past + positions;
  const mask = new Float32Array(positions * width);
  for (let row = 0; row < positions; row++) {
    if (pastIsHidden) mask.fill(-1e9, row * width, row * width + past);
    mask.fill(-1e9, row * width + past + row + 1, (row + 1) * width);
  }
  return mask;
}

function integers(values: readonly number[], dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

let countedTo = new BigInt64Array(0);

/** 0, 1, 2 ...: the same numbers for every run, so they are counted once. */
function countUp(length: number): ort.Tensor {
  if (countedTo.length < length) countedTo = BigInt64Array.from({ length: 2 * length }, (_, i) => BigInt(i));
  return new ort.Tensor('int64', countedTo.subarray(0, length), [length, 1]);
}
