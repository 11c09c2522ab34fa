import type { DeviceCopies } from '../device/device-memory.js';
import { openOrt, type OrtApi, type Pointer } from '../device/ort-api.js';
import { CudaLibraryError, type CudaLibraries } from './libraries.js';
import { findLibrariesHere } from './library-places.js';
import { loadLibraries } from './load-libraries.js';

/** A GPU, opened for a decode worker. */
export interface Cuda {
  readonly api: OrtApi;
  readonly env: Pointer;
  readonly index: number;
  readonly copies: DeviceCopies;
  /** Bytes of free memory on it. */
  freeBytes(): number;
  /** Call it after all sessions are closed: a process whose provider still holds resources crashes on exit. */
  close(): void;
}

const hostToDevice = 1;

/** @throws CudaLibraryError if libraries are missing; OrtError if ONNX Runtime fails. */
export async function openCuda(
  index: number,
  libraries: CudaLibraries = findLibrariesHere(process.env),
): Promise<Cuda> {
  const core = await loadLibraries(libraries);
  const api = openOrt(core);
  const runtime = core.koffi.load(`${folderOf('libcudart.so.13', libraries)}/libcudart.so.13`);
  const named = <T>(signature: string): T => runtime.func(signature) as T;
  const explain = named<(code: number) => string>('const char *cudaGetErrorString(int code)');
  const check = (code: number): void => {
    if (code !== 0) throw new CudaLibraryError(`CUDA device ${index}: ${explain(code)}`);
  };
  const setDevice = named<(index: number) => number>('int cudaSetDevice(int index)');
  const copy = named<(to: bigint, from: bigint, bytes: number, kind: number) => number>(
    'int cudaMemcpy(void *to, void *from, size_t bytes, int kind)',
  );
  const fill = named<(at: bigint, value: number, bytes: number) => number>(
    'int cudaMemset(void *at, int value, size_t bytes)',
  );
  const memory = named<(free: [number | bigint], total: [number | bigint]) => number>(
    'int cudaMemGetInfo(_Out_ size_t *free, _Out_ size_t *total)',
  );
  check(setDevice(index));
  // 4 is fatal: errors are returned, and the log would repeat them.
  const env = api.make('CreateEnv', 4, 'randar');
  return {
    api,
    env,
    index,
    copies: {
      toDevice: (to, from, bytes) => check(copy(to, from, bytes, hostToDevice)),
      zero: (at, bytes) => check(fill(at, 0, bytes)),
    },
    freeBytes: () => {
      const [free, total]: [[number | bigint], [number | bigint]] = [[0], [0]];
      check(memory(free, total));
      return Number(free[0]);
    },
    close: () => api.release('ReleaseEnv', env),
  };
}

function folderOf(file: string, { found }: CudaLibraries): string {
  return found.find(({ files }) => files.includes(file))?.folder ?? '';
}
