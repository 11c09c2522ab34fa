import type { FloatTensor, OpenGraph } from '../graph-session.js';
import { deviceMemory, type DeviceMemory } from './device-memory.js';
import { makeSession } from './make-session.js';
import type { OrtApi, Pointer } from './ort-api.js';
import { promiseOf } from './promise-of.js';

export interface DeviceGraphOptions {
  readonly api: OrtApi;
  readonly env: Pointer;
  /** A CUDA device; undefined for the host, on which tests make the same calls. */
  readonly cuda: { readonly index: number } | undefined;
}

/**
 * Uses ONNX Runtime's C API, in fp32: inputs are copied to the device, and outputs to the host. A run blocks its thread.
 * Sessions and their runs throw OrtError if ONNX Runtime or the device fails.
 */
export function graphsOnDevice({ api, env, cuda }: DeviceGraphOptions): OpenGraph {
  // Async, so that errors of the C API become rejections, as for other sessions.
  return (graph) =>
    promiseOf(() => {
      const session = makeSession(api, env, graph, cuda && optionsOf(cuda.index));
      const memory = memoryOf(api, session);
      return {
        run: (feeds, output) => promiseOf(() => runOnce(api, session, memory, feeds, output)),
        close: () =>
          promiseOf(() => {
            memory.close();
            api.release('ReleaseSession', session);
          }),
      };
    });
}

/** @throws OrtError, and the session is released */
function memoryOf(api: OrtApi, session: Pointer): DeviceMemory {
  try {
    return deviceMemory(api, session, 0, undefined);
  } catch (error) {
    api.release('ReleaseSession', session);
    throw error;
  }
}

function optionsOf(index: number): Readonly<Record<string, string>> {
  return {
    device_id: String(index),
    use_tf32: '0',
    arena_extend_strategy: 'kSameAsRequested',
    // Pictures have many sizes; trying every algorithm for each takes longer than rendering.
    cudnn_conv_algo_search: 'HEURISTIC',
  };
}

function runOnce(
  api: OrtApi,
  session: Pointer,
  memory: DeviceMemory,
  feeds: Readonly<Record<string, FloatTensor>>,
  output: string,
): Float32Array {
  const made: (() => void)[] = [];
  const holdValue = (value: Pointer): Pointer => {
    made.unshift(() => api.release('ReleaseValue', value));
    return value;
  };
  try {
    const values = Object.values(feeds).map(({ data, dims }) => {
      const block = memory.reachable(data.byteLength);
      made.unshift(() => block.release());
      new Float32Array(block.buffer).set(data);
      return holdValue(memory.view('host', block.address, 'float32', dims));
    });
    const names = Object.keys(feeds);
    const result = holdValue(api.make('Run', session, null, names, values, names.length, [output], 1));
    return copyOf(api, result);
  } finally {
    for (const release of made) release();
  }
}

function copyOf(api: OrtApi, value: Pointer): Float32Array {
  const info = api.make('GetTensorTypeAndShape', value);
  try {
    const count: [number | bigint] = [0];
    api.call('GetTensorShapeElementCount', info, count);
    const bytes = Number(count[0]) * 4;
    return new Float32Array(api.koffi.view(api.make('GetTensorMutableData', value), bytes).slice(0));
  } finally {
    api.release('ReleaseTensorTypeAndShapeInfo', info);
  }
}
