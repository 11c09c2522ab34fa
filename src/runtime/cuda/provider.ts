import { openOrt, type Pointer } from '../device/ort-api.js';
import type { LoadedCore } from './load-libraries.js';
import { CudaLibraryError } from './libraries.js';

/** Fatal only: errors are returned, and the log would repeat them on standard error. */
const logFatal = 4;

/**
 * Creates and closes a session on a GPU, which shows whether libraries, driver and card work.
 *
 * @param model A graph in the ONNX format, however small.
 * @throws CudaLibraryError with what ONNX Runtime reports.
 */
export function tryProvider(core: LoadedCore, index: number, model: Uint8Array): void {
  const api = openOrt(core);
  const made: (() => void)[] = [];
  const make = (
    release: Parameters<typeof api.release>[0],
    ...[name, ...args]: Parameters<typeof api.make>
  ): Pointer => {
    const object = api.make(name, ...args);
    made.unshift(() => api.release(release, object));
    return object;
  };
  try {
    const env = make('ReleaseEnv', 'CreateEnv', logFatal, 'randar');
    const options = make('ReleaseSessionOptions', 'CreateSessionOptions');
    const cuda = make('ReleaseCudaOptions', 'CreateCudaOptions');
    api.call('UpdateCudaOptions', cuda, ['device_id'], [String(index)], 1);
    api.call('AppendCuda', options, cuda);
    make('ReleaseSession', 'CreateSessionFromArray', env, model, model.length, options);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new CudaLibraryError(`ONNX Runtime cannot use the GPU: ${reason}`, { cause });
  } finally {
    for (const release of made) release();
  }
}
