import type { DecodedTokens } from './decoded-tokens.js';
import { numberAt } from '../../numbers/at.js';
import { blockPositions } from '../../graph/paged-attention.js';
import type { Graph } from '../../graph/onnx.js';
import type { TransformerShape } from '../../graph/transformer-shape.js';
import { bindStep, type BoundGraph, type BoundStep } from './bound-step.js';
import { deviceMemory, type DeviceCopies } from './device-memory.js';
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
  const { api, cuda, shape, floatType } = options;
  const session = createSession(graph, options);
  const memory = deviceMemory(api, session, cuda?.index ?? 0, cuda?.copies);
  const blocks = options.blocks();
  const caches = Array.from({ length: shape.layers }, (_, layer) =>
    (['keys', 'values'] as const).map((kind) => ({
      input: `${kind}.${layer}`,
      output: `new${kind === 'keys' ? 'Keys' : 'Values'}.${layer}`,
      // One block more than there are: what nobody reads is written there.
      tensor: memory.tensor(floatType === 'F16' ? 'float16' : 'float32', [
        blocks + 1,
        blockPositions,
        shape.heads,
        shape.headDimension,
      ]),
    })),
  ).flat();
  const bound: BoundGraph = { session, caches, vocabulary: shape.vocabulary, indexTypes: options.indexTypes };
  const captures = options.captures ?? cuda !== undefined;
  const captured = new Map<string, BoundStep>();
  const others = new Map<string, BoundStep>();

  const bindingFor = (of: StepShape): BoundStep => {
    const key = shapeKey(of);
    const known = captured.get(key) ?? others.get(key);
    if (known) return known;
    if (captures && of.rows <= longestCaptured && captured.size < mostCaptured) {
      const step = bindStep(api, bound, of, memory, captured.size + 1);
      captured.set(key, step);
      return step;
    }
    const [oldest] = others;
    if (oldest && others.size >= mostBound) {
      others.delete(oldest[0]);
      oldest[1].release();
    }
    const step = bindStep(api, bound, of, memory, undefined);
    others.set(key, step);
    return step;
  };

  return {
    blocks,
    run: (lanes) => {
      for (const { cache, inputs } of lanes) cache.reserve(inputs.positions);
      const of = shapeOf(lanes.map(sizeOf));
      const step = bindingFor(of);
      const tokensAt = packStep(lanes, of, blocks, step.feeds);
      step.run();
      return lanes.map(({ cache, inputs, draws }, i) => {
        cache.append(inputs.kept);
        const at = numberAt(tokensAt, i);
        const end = at + draws.count * draws.pictures;
        return {
          tokens: Int32Array.from(step.tokens.subarray(at, end), Number),
          probabilities: step.probabilities.slice(at, end),
          ...(draws.isFiltered && step.values
            ? { values: Float32Array.from(step.values.subarray(at * shape.vocabulary, end * shape.vocabulary)) }
            : {}),
        };
      });
    },
    close: () => {
      for (const step of [...captured.values(), ...others.values()]) step.release();
      for (const { tensor } of caches) tensor.release();
      memory.close();
      api.release('ReleaseSession', session);
    },
  };
}

function createSession(graph: Graph, { api, env, cuda, captures }: DeviceStepOptions): Pointer {
  const options = api.make('CreateSessionOptions');
  let cudaOptions: Pointer | undefined;
  try {
    api.call('SetIntraOpNumThreads', options, 1);
    api.call('SetSessionGraphOptimizationLevel', options, 99);
    api.call('SetSessionLogSeverityLevel', options, 3);
    api.call('AddSessionConfigEntry', options, 'session.model_external_initializers_file_folder_path', graph.folder);
    if (cuda) {
      cudaOptions = api.make('CreateCudaOptions');
      const entries = Object.entries({
        device_id: String(cuda.index),
        enable_cuda_graph: captures === false ? '0' : '1',
        arena_extend_strategy: 'kSameAsRequested',
        use_tf32: '0',
      });
      const [keys, values] = [entries.map(([key]) => key), entries.map(([, value]) => value)];
      api.call('UpdateCudaOptions', cudaOptions, keys, values, entries.length);
      api.call('AppendCuda', options, cudaOptions);
    }
    return api.make('CreateSessionFromArray', env, Buffer.from(graph.model), graph.model.length, options);
  } finally {
    if (cudaOptions) api.release('ReleaseCudaOptions', cudaOptions);
    api.release('ReleaseSessionOptions', options);
  }
}
