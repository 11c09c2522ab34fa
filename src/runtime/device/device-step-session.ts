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

/** The tokens a device drew for one lane: [count, pictures]. */
interface DecodedTokens {
  readonly tokens: Int32Array;
  readonly probabilities: Float32Array;
  /** [count, pictures, vocabulary]: the mixed logits, for a lane whose draw is filtered. */
  readonly values?: Float32Array;
}

/**
 * Runs decoding steps entirely on a device: weights, KV cache, logits and sampling stay there. A step sends the indices
 * of its rows and gets tokens back.
 */
export interface DeviceStepSession {
  /** The number of blocks available to caches. */
  readonly blocks: number;
  /**
   * Runs one step of every lane in one run of the graph. Afterwards the kept positions are in the lanes' caches.
   *
   * @throws RangeError if a step does not fit in its cache; OrtError if the device fails.
   */
  run(lanes: readonly DeviceLane[]): DecodedTokens[];
  close(): void;
}

export interface DeviceStepOptions {
  readonly api: OrtApi;
  readonly env: Pointer;
  /** A CUDA device; undefined for the host, on which tests run the same graph. */
  readonly cuda: { readonly index: number; readonly copies: DeviceCopies } | undefined;
  readonly shape: TransformerShape;
  readonly floatType: 'F16' | 'F32';
  readonly indexTypes: BoundGraph['indexTypes'];
  /** Returns how many blocks to allocate. Called once the weights are on the device. */
  readonly blocks: () => number;
  /** Whether runs are captured and replayed. Default: on CUDA only. */
  readonly captures?: boolean;
}

/** Maximum number of captured graphs, which are kept as long as the session. */
const mostCaptured = 512;
/** Longer runs are first steps with many known tokens, whose shape rarely occurs twice. */
const longestCaptured = 4096;
/** Maximum number of other shapes that stay bound. */
const mostBound = 16;

export function createDeviceStepSession(graph: Graph, options: DeviceStepOptions): DeviceStepSession {
  const { api, cuda } = options;
  /** Release everything created so far; called newest first. */
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

/** Keys and values of every layer, zeroed. The extra block is for writes that nobody reads. */
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

/** The binding of each shape, created when the shape first occurs. */
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
    // Mixed logits take up to 100 MB of pinned memory, so a shape that fetches them is not kept for good.
    if (captures && !shape.fetchesValues && shape.rows <= longestCaptured && captured.size < mostCaptured) {
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

/** @param scratch The block that belongs to no cache. */
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
