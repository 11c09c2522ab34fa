import ort from 'onnxruntime-node';
import type { Graph } from '../graph/onnx.js';
import { clipsByteProducts } from './byte-products.js';
import { deviceUnavailable, executionProvider, type Device } from './device.js';

export interface SessionOptions {
  readonly device: Device;
  /** Threads per operator; 0 uses ONNX Runtime's default of one per core. */
  readonly threads: number;
  /** A thread pool that spins while waiting is faster, but takes cores from every other session. */
  readonly spinning: boolean;
  /** Whether to prepack the weights in memory, which is faster. Default: true. */
  readonly copies?: boolean;
  /** Outputs that stay in the device's memory, as buffers to feed to later runs. Default: none. */
  readonly onDevice?: readonly string[];
  /** A file name prefix; the time of each operator is written there when profiling ends. */
  readonly profile?: string;
}

// Errors are thrown and reported once; ONNX Runtime would also print them to standard error.
ort.env.logLevel = 'fatal';

/** @throws DeviceError if the device is the problem, not the graph. */
export async function createSession(graph: Graph, options: SessionOptions): Promise<ort.InferenceSession> {
  const onDevice = options.onDevice ?? [];
  try {
    return await ort.InferenceSession.create(graph.model, {
      executionProviders: [executionProvider(options.device)],
      intraOpNumThreads: options.threads,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(onDevice.length === 0
        ? {}
        : { preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer'])) }),
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
      extra: {
        session: {
          intra_op: { allow_spinning: options.spinning ? '1' : '0' },
          x64quantprecision: graph.multipliesBytes && (await clipsByteProducts()) ? '1' : '0',
          disable_prepacking: options.copies === false ? '1' : '0',
          model_external_initializers_file_folder_path: graph.folder,
        },
      },
    });
  } catch (cause) {
    throw (
      deviceUnavailable(options.device, cause) ?? new Error(`ONNX Runtime cannot load graph "${graph.name}"`, { cause })
    );
  }
}

/** The floats of an output. @throws TypeError if the graph has no such output. */
export function floatsOf(outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`the graph has no float output ${name}`);
  return data;
}
