import ort from 'onnxruntime-node';
import type { StepInputs } from '../decoding/sequence.js';
import { hostMemory } from './host-cache.js';
import type { CacheShape, Past, RunPart, StepCache } from './step-cache.js';

/** One generation's part of a run. */
export interface Lane {
  readonly inputs: StepInputs;
  readonly cache: StepCache;
}

/** A lane and its part of a run. */
interface PlacedLane extends Lane {
  readonly part: RunPart;
  /** Its first row in the logits. */
  readonly wanted: number;
}

export interface PackedLanes {
  readonly feeds: Record<string, ort.Tensor>;
  readonly placed: readonly PlacedLane[];
}

/**
 * All inputs of a step graph with this number of lanes: the rows of all lanes, one lane after another, and past, mask and
 * sizes of each lane.
 */
export function packLanes(lanes: readonly Lane[], shape: CacheShape): PackedLanes {
  const placed: PlacedLane[] = [];
  const sizes: number[] = [];
  const wanted: number[] = [];
  let row = 0;
  for (const [i, lane] of lanes.entries()) {
    const { inputs } = lane;
    const rows = inputs.positions * inputs.sequences;
    placed.push({ ...lane, part: { lane: i, row, rows, kept: inputs.kept }, wanted: wanted.length });
    for (let at = rows - inputs.wanted * inputs.sequences; at < rows; at++) wanted.push(row + at);
    sizes.push(rows);
    row += rows;
  }
  const feeds: Record<string, ort.Tensor> = {
    ...packRows(
      lanes.map(({ inputs }) => inputs),
      row,
    ),
    index: countUp(row),
    wanted: integers(wanted, [wanted.length]),
  };
  if (lanes.length > 1) feeds.lanes = integers(sizes, [lanes.length]);
  for (const [i, lane] of lanes.entries()) Object.assign(feeds, laneFeeds(lane, i, shape));
  return { feeds, placed };
}

/** The inputs of a one-lane step graph for a step with an empty cache. */
export function feedsAlone(inputs: StepInputs, shape: CacheShape): Record<string, ort.Tensor> {
  return packLanes([{ inputs, cache: hostMemory(shape, 1, 1).cache(0, 1, inputs.sequences) }], shape).feeds;
}

/** Each input with one row per position and sequence, concatenated over all lanes. */
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

function laneFeeds({ inputs, cache }: Lane, lane: number, shape: CacheShape): Record<string, ort.Tensor> {
  const { positions, sequences } = inputs;
  const past = cache.past();
  const width = past.positions + positions;
  const feeds: Record<string, ort.Tensor> = {
    [`mask.${lane}`]: new ort.Tensor('float32', causalMask(positions, past), [positions, width]),
    [`split.${lane}`]: integers([past.positions, positions], [2]),
    [`heads.${lane}`]: integers([positions, sequences * shape.heads, shape.headDimension], [3]),
  };
  for (let i = 0; i < shape.layers; i++) {
    feeds[`pastK.${lane}.${i}`] = past.keys(i);
    feeds[`pastV.${lane}.${i}`] = past.values(i);
  }
  return feeds;
}

/** Step inputs of an unused lane: one row, with no logits wanted and nothing kept. */
export function idleInputs(like: StepInputs | undefined): StepInputs {
  const tensors = Object.fromEntries(
    Object.entries(like?.tensors ?? {}).map(([name, { width }]) => [name, { width, numbers: new Float32Array(width) }]),
  );
  return { positions: 1, sequences: 1, tensors, wanted: 0, kept: 0 };
}

/** [S, P + S], added to the scores: 0 if a new position sees the other, otherwise a number that no score outweighs. */
function causalMask(positions: number, past: Past): Float32Array {
  const width = past.positions + positions;
  const mask = new Float32Array(positions * width);
  for (let row = 0; row < positions; row++) {
    if (past.isHidden) mask.fill(-1e9, row * width, row * width + past.positions);
    mask.fill(-1e9, row * width + past.positions + row + 1, (row + 1) * width);
  }
  return mask;
}

function integers(values: readonly number[], dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

let countedTo = new BigInt64Array(0);

/** 0, 1, 2 ...: the same for every run, so the array is kept. */
function countUp(length: number): ort.Tensor {
  if (countedTo.length < length) countedTo = BigInt64Array.from({ length: 2 * length }, (_, i) => BigInt(i));
  return new ort.Tensor('int64', countedTo.subarray(0, length), [length, 1]);
}
