import type { DecodedTokens } from './decoded-tokens.js';
import { numberAt } from '../../numbers/at.js';
import { blockPositions } from '../../graph/paged-attention.js';
import type { Graph } from '../../graph/onnx.js';
import type { TransformerShape } from '../../graph/transformer-shape.js';
import { bindStep, type BoundGraph, type BoundStep, type CacheTensor } from './bound-step.js';
import { deviceMemory, type DeviceCopies, type DeviceMemory } from './device-memory.js';
import { makeSession } from './make-session.js';
import type { OrtApi, Pointer } from './ort-api.js';
import { packStep, sizeOf, type DeviceLane } from './pack-step.js';
import { shapeKey, shapeOf, type StepShape } from './step-shape.js';

/**
 * Decoding steps that never leave a device: weights, keys and values, logits and the draw stay there. A step sends the
 * numbers of its rows and gets tokens back.
 */
export interface DeviceStepSession {
  /** Blocks that caches may be made of. */
  readonly blocks: number;
  /**
   * One step of each lane, in one run of the graph. What the step keeps is in their caches then.
   *
   * @throws RangeError if a step does not fit in its cache; OrtError if the device fails
   */
  run(lanes: readonly DeviceLane[]): DecodedTokens[];
  close(): void;
}

export interface DeviceStepOptions {
  readonly api: OrtApi;
  readonly env: Pointer;
  /** A CUDA device, or the host itself, where the same graph is tested. */
  readonly cuda: { readonly index: number; readonly copies: DeviceCopies } | undefined;
  readonly shape: TransformerShape;
  readonly floatType: 'F16' | 'F32';
  readonly indexTypes: BoundGraph['indexTypes'];
  /** Blocks of keys and values, counted when the weights are on the device. */
  readonly blocks: () => number;
  /** Whether runs are captured and replayed; by default they are, on CUDA. */
  readonly captures?: boolean;
}

/** A captured graph is kept as long as its session. */
const mostCaptured = 512;
/** First steps of known tokens are longer, and hardly come twice. */
const longestCaptured = 4096;
/** Shapes that are bound at a time without being captured. */
const mostBound = 64;

export function createDeviceStepSession(graph: Graph, options: DeviceStepOptions): DeviceStepSession {
  const { api, cuda } = options;
  /** What lets go of all that was made, the newest first. */
  const releases: (() => void)[] = [];
  const close = () => {
    for (const release of releases.splice(0).reverse()) release();
  };
  try {
    const session = makeSession(api, options.env, graph, cuda && providerOptions(cuda.index, options.captures));
    releases.push(() => api.release('ReleaseSession', session));
    const memory = deviceMemory(api, session, cuda?.index ?? 0, cuda?.copies);
    releases.push(() => memory.close());
    const blocks = options.blocks();
    const caches = kvTensors(blocks, options, memory);
    releases.push(() => {
      for (const { tensor } of caches) tensor.release();
    });
    const steps = boundSteps({ session, caches, ...options, vocabulary: options.shape.vocabulary }, memory, options);
    releases.push(steps.release);
    return { blocks, run: (lanes) => runStep(lanes, steps.of, blocks, options.shape), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Keys and values of every layer, zeroed. One block more than there are: what nobody reads is written there. */
function kvTensors(blocks: number, { shape, floatType }: DeviceStepOptions, memory: DeviceMemory): CacheTensor[] {
  const dims = [blocks + 1, blockPositions, shape.heads, shape.headDimension];
  const type = floatType === 'F16' ? 'float16' : 'float32';
  const made: CacheTensor[] = [];
  try {
    for (let layer = 0; layer < shape.layers; layer++) {
      for (const [input, output] of [
        [`keys.${layer}`, `newKeys.${layer}`],
        [`values.${layer}`, `newValues.${layer}`],
      ] as const) {
        made.push({ input, output, tensor: memory.tensor(type, dims) });
      }
    }
  } catch (error) {
    for (const { tensor } of made) tensor.release();
    throw error;
  }
  return made;
}

/** What is bound for each shape: made when a shape comes first. */
function boundSteps(
  bound: BoundGraph,
  memory: DeviceMemory,
  { api, cuda, captures = cuda !== undefined }: DeviceStepOptions,
) {
  const captured = new Map<string, BoundStep>();
  const others = new Map<string, BoundStep>();
  const of = (shape: StepShape): BoundStep => {
    const key = shapeKey(shape);
    const known = captured.get(key) ?? others.get(key);
    if (known) return known;
    if (captures && shape.rows <= longestCaptured && captured.size < mostCaptured) {
      const step = bindStep(api, bound, shape, memory, captured.size + 1);
      captured.set(key, step);
      return step;
    }
    const [oldest] = others;
    if (oldest && others.size >= mostBound) {
      others.delete(oldest[0]);
      oldest[1].release();
    }
    const step = bindStep(api, bound, shape, memory, undefined);
    others.set(key, step);
    return step;
  };
  const release = () => {
    for (const step of [...captured.values(), ...others.values()]) step.release();
  };
  return { of, release };
}

/** @param scratch The block of nobody's. */
function runStep(
  lanes: readonly DeviceLane[],
  boundFor: (shape: StepShape) => BoundStep,
  scratch: number,
  { vocabulary }: TransformerShape,
): DecodedTokens[] {
  for (const { cache, inputs } of lanes) cache.reserve(inputs.positions);
  const shape = shapeOf(lanes.map(sizeOf));
  const step = boundFor(shape);
  const tokensAt = packStep(lanes, shape, scratch, step.feeds);
  step.run();
  return lanes.map(({ cache, inputs, draws }, i) => {
    cache.append(inputs.kept);
    const at = numberAt(tokensAt, i);
    const end = at + draws.count * draws.pictures;
    return {
      tokens: Int32Array.from(step.tokens.subarray(at, end), Number),
      probabilities: step.probabilities.slice(at, end),
      ...(draws.isFiltered && step.values
        ? { values: Float32Array.from(step.values.subarray(at * vocabulary, end * vocabulary)) }
        : {}),
    };
  });
}

function providerOptions(index: number, captures = true): Readonly<Record<string, string>> {
  return {
    device_id: String(index),
    enable_cuda_graph: captures ? '1' : '0',
    arena_extend_strategy: 'kSameAsRequested',
    use_tf32: '0',
  };
}
