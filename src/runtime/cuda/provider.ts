import type { LoadedCore } from './load-libraries.js';
import { CudaLibraryError } from './libraries.js';

type Pointer = object | null;
type Slot = [Pointer];

/** Places in the table of functions of ONNX Runtime's C API, which only grows: onnxruntime_c_api.h. */
const table = {
  GetErrorMessage: { at: 2, signature: 'const char *(void *status)' },
  CreateEnv: { at: 3, signature: 'void *(int level, const char *id, _Out_ void **env)' },
  CreateSessionFromArray: {
    at: 8,
    signature: 'void *(void *env, const void *model, size_t bytes, void *options, _Out_ void **session)',
  },
  CreateSessionOptions: { at: 10, signature: 'void *(_Out_ void **options)' },
  ReleaseEnv: { at: 92, signature: 'void (void *env)' },
  ReleaseStatus: { at: 93, signature: 'void (void *status)' },
  ReleaseSession: { at: 95, signature: 'void (void *session)' },
  ReleaseSessionOptions: { at: 100, signature: 'void (void *options)' },
  AppendCuda: { at: 204, signature: 'void *(void *options, void *cuda)' },
  CreateCudaOptions: { at: 205, signature: 'void *(_Out_ void **cuda)' },
  UpdateCudaOptions: {
    at: 206,
    signature: 'void *(void *cuda, const char **keys, const char **values, size_t count)',
  },
  ReleaseCudaOptions: { at: 208, signature: 'void (void *cuda)' },
} as const;

type Functions = Record<Exclude<keyof typeof table, 'GetErrorMessage'>, (...args: readonly unknown[]) => Pointer> & {
  readonly GetErrorMessage: (status: Pointer) => string;
};

const apiVersion = 29;
/** Everything is told by a status; the log would say it again on standard error. */
const logFatal = 4;

/**
 * Makes a session on a GPU and lets go of it: whatever is wrong with libraries, driver or card is wrong then.
 *
 * @param model a graph in the ONNX format, however small
 * @throws CudaLibraryError with what ONNX Runtime says
 */
export function tryProvider(core: LoadedCore, index: number, model: Uint8Array): void {
  const ort = functionsOf(core);
  const made: (() => void)[] = [];
  const check = (status: Pointer): void => {
    if (!status) return;
    const message = ort.GetErrorMessage(status);
    ort.ReleaseStatus(status);
    throw new CudaLibraryError(`ONNX Runtime cannot use the GPU: ${message.split('\n')[0] ?? ''}`);
  };
  const make = (create: (slot: Slot) => Pointer, release: (thing: Pointer) => void): Pointer => {
    const slot: Slot = [null];
    check(create(slot));
    made.unshift(() => release(slot[0]));
    return slot[0];
  };
  try {
    const env = make((slot) => ort.CreateEnv(logFatal, 'randar', slot), ort.ReleaseEnv);
    const options = make((slot) => ort.CreateSessionOptions(slot), ort.ReleaseSessionOptions);
    const cuda = make((slot) => ort.CreateCudaOptions(slot), ort.ReleaseCudaOptions);
    check(ort.UpdateCudaOptions(cuda, ['device_id'], [String(index)], 1));
    check(ort.AppendCuda(options, cuda));
    make((slot) => ort.CreateSessionFromArray(env, model, model.length, options, slot), ort.ReleaseSession);
  } finally {
    for (const release of made) release();
  }
}

function functionsOf({ koffi, library }: LoadedCore): Functions {
  const base: unknown = library.func('void *OrtGetApiBase()')();
  const at = (place: unknown, index: number, type: string): unknown =>
    koffi.decode(koffi.decode(place, index * 8, 'void *'), koffi.proto(type));
  const getApi = at(base, 0, 'void *(uint32_t version)') as (version: number) => unknown;
  const api = getApi(apiVersion);
  const entries = Object.entries(table).map(([name, { at: index, signature }]) => [name, at(api, index, signature)]);
  return Object.fromEntries(entries) as Functions;
}
