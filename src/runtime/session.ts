import ort from 'onnxruntime-node';
import type { Graph } from '../graph/onnx.js';
import { clipsByteProducts } from './byte-products.js';
import { deviceUnavailable, executionProvider, type Device } from './device.js';

export interface SessionOptions {
  readonly device: Device;
  /** Threads of one operator; 0 leaves it to ONNX Runtime: one per core. */
  readonly threads: number;
  /** A pool that spins while it waits is quicker, and takes its cores from every other session. */
  readonly spinning: boolean;
  /** Whether weights are laid out anew in memory for this session, which is quicker; where absent, they are. */
  readonly copies?: boolean;
  /** Outputs that stay in the device's memory, as buffers that a later run may be fed; none where absent. */
  readonly onDevice?: readonly string[];
  /** A file name's beginning: the time of each operator is written there when profiling ends. */
  readonly profile?: string;
}

// What goes wrong is thrown and told once; ONNX Runtime would print it to standard error as well.
ort.env.logLevel = 'fatal';

/** @throws DeviceError where the device, not the graph, is what fails. */
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

/** The floats of an output. @throws TypeError where the graph gave none of that name */
export function floatsOf(outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`the graph gave no floats for ${name}`);
  return data;
}
