import type { Graph } from '../../graph/onnx.js';
import type { OrtApi, Pointer } from './ort-api.js';

/**
 * Creates a session through ONNX Runtime's C API.
 *
 * @param cuda Options of the CUDA provider; without them the graph runs on the CPU.
 * @throws OrtError if ONNX Runtime rejects the graph or the options.
 */
export function makeSession(
  api: OrtApi,
  env: Pointer,
  graph: Graph,
  cuda: Readonly<Record<string, string>> | undefined,
): Pointer {
  const options = api.make('CreateSessionOptions');
  let cudaOptions: Pointer | undefined;
  try {
    api.call('SetIntraOpNumThreads', options, 1);
    api.call('SetSessionGraphOptimizationLevel', options, 99);
    // 4 is fatal: errors are returned, and the log would repeat them.
    api.call('SetSessionLogSeverityLevel', options, 4);
    api.call('AddSessionConfigEntry', options, 'session.model_external_initializers_file_folder_path', graph.folder);
    if (cuda) {
      cudaOptions = api.make('CreateCudaOptions');
      const [keys, values] = [Object.keys(cuda), Object.values(cuda)];
      api.call('UpdateCudaOptions', cudaOptions, keys, values, keys.length);
      api.call('AppendCuda', options, cudaOptions);
    }
    return api.make('CreateSessionFromArray', env, Buffer.from(graph.model), graph.model.length, options);
  } finally {
    if (cudaOptions) api.release('ReleaseCudaOptions', cudaOptions);
    api.release('ReleaseSessionOptions', options);
  }
}
