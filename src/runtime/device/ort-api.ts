import type { Koffi, LoadedCore } from '../cuda/load-libraries.js';

/**
 * ONNX Runtime's C API, for features that onnxruntime-node lacks: tensors that stay on a device, IoBinding and captured
 * graphs.
 */

/** An address in this process. */
export type Pointer = object & { readonly __pointer: true };

/** ONNXTensorElementDataType */
export const elementTypes = { float32: 1, int32: 6, int64: 7, float16: 10, float64: 11 } as const;
export type ElementType = keyof typeof elementTypes;
export const elementBytes: Readonly<Record<ElementType, number>> = {
  float32: 4,
  int32: 4,
  int64: 8,
  float16: 2,
  float64: 8,
};

export class OrtError extends Error {
  readonly code = 'RUNTIME_FAILED';
  override readonly name = 'OrtError';
}

/**
 * Indices in struct OrtApi of the functions used here. The struct only grows at its end.
 * Source: microsoft/onnxruntime, include/onnxruntime/core/session/onnxruntime_c_api.h.
 */
const places = {
  GetErrorMessage: [2, 'const char *(void *)'],
  CreateEnv: [3, 'void *(int, const char *, _Out_ void **)'],
  CreateSessionFromArray: [8, 'void *(void *, void *, size_t, void *, _Out_ void **)'],
  Run: [9, 'void *(void *, void *, const char **, void **, size_t, const char **, size_t, _Inout_ void **)'],
  CreateSessionOptions: [10, 'void *(_Out_ void **)'],
  SetSessionLogSeverityLevel: [22, 'void *(void *, int)'],
  SetSessionGraphOptimizationLevel: [23, 'void *(void *, int)'],
  SetIntraOpNumThreads: [24, 'void *(void *, int)'],
  CreateRunOptions: [39, 'void *(_Out_ void **)'],
  CreateTensorAsOrtValue: [48, 'void *(void *, int64_t *, size_t, int, _Out_ void **)'],
  CreateTensorWithDataAsOrtValue: [49, 'void *(void *, void *, size_t, int64_t *, size_t, int, _Out_ void **)'],
  GetTensorMutableData: [51, 'void *(void *, _Out_ void **)'],
  GetTensorShapeElementCount: [64, 'void *(void *, _Out_ size_t *)'],
  GetTensorTypeAndShape: [65, 'void *(void *, _Out_ void **)'],
  CreateMemoryInfo: [68, 'void *(const char *, int, int, int, _Out_ void **)'],
  ReleaseEnv: [92, 'void(void *)'],
  ReleaseStatus: [93, 'void(void *)'],
  ReleaseMemoryInfo: [94, 'void(void *)'],
  ReleaseSession: [95, 'void(void *)'],
  ReleaseValue: [96, 'void(void *)'],
  ReleaseRunOptions: [97, 'void(void *)'],
  ReleaseTensorTypeAndShapeInfo: [99, 'void(void *)'],
  ReleaseSessionOptions: [100, 'void(void *)'],
  AddSessionConfigEntry: [130, 'void *(void *, const char *, const char *)'],
  CreateAllocator: [131, 'void *(void *, void *, _Out_ void **)'],
  ReleaseAllocator: [132, 'void(void *)'],
  RunWithBinding: [133, 'void *(void *, void *, void *)'],
  CreateIoBinding: [134, 'void *(void *, _Out_ void **)'],
  ReleaseIoBinding: [135, 'void(void *)'],
  BindInput: [136, 'void *(void *, const char *, void *)'],
  BindOutput: [137, 'void *(void *, const char *, void *)'],
  AddRunConfigEntry: [165, 'void *(void *, const char *, const char *)'],
  AppendCuda: [204, 'void *(void *, void *)'],
  CreateCudaOptions: [205, 'void *(_Out_ void **)'],
  UpdateCudaOptions: [206, 'void *(void *, const char **, const char **, size_t)'],
  ReleaseCudaOptions: [208, 'void(void *)'],
} as const;
type FunctionName = keyof typeof places;

/** The oldest version of struct OrtApi that has all of them. */
const apiVersion = 18;

export interface OrtApi {
  readonly koffi: Koffi;
  readonly version: string;
  /** Calls a function that returns a status. @throws OrtError with ONNX Runtime's message. */
  call(name: FunctionName, ...args: readonly unknown[]): void;
  /** Calls a function that returns a status and writes an object to its last argument. @throws OrtError */
  make(name: FunctionName, ...args: readonly unknown[]): Pointer;
  release(name: FunctionName, object: Pointer): void;
}

/** @throws OrtError if the library is too old. */
export function openOrt({ koffi, library, path }: LoadedCore): OrtApi {
  let serial = 0;
  const prototype = (signature: string) => {
    const [, result = '', args = ''] = /^(.*?)\((.*)\)$/.exec(signature) ?? [];
    const named = args === '' ? [] : args.split(',').map((arg, i) => `${arg.trim()} a${i}`);
    return koffi.proto(`${result} ort_${serial++}_${Date.now()}(${named.join(', ')})`);
  };
  const functionAt = (table: unknown, index: number, signature: string) =>
    koffi.decode(koffi.decode(table, index * 8, 'void *'), prototype(signature)) as (...args: unknown[]) => unknown;

  const base: unknown = library.func('void *OrtGetApiBase()')();
  const version = functionAt(base, 1, 'const char *()')() as string;
  const table = functionAt(base, 0, 'void *(uint32_t)')(apiVersion);
  if (!table) throw new OrtError(`${path} is ONNX Runtime ${version}, which is too old`);
  const functions = new Map(
    Object.entries(places).map(([name, [index, signature]]) => [name, functionAt(table, index, signature)]),
  );
  const invoke = (name: FunctionName, args: readonly unknown[]): unknown => functions.get(name)?.(...args);
  const call = (name: FunctionName, ...args: readonly unknown[]): void => {
    const status = invoke(name, args);
    if (!status) return;
    const message = invoke('GetErrorMessage', [status]) as string;
    invoke('ReleaseStatus', [status]);
    throw new OrtError(message);
  };
  return {
    koffi,
    version,
    call,
    make: (name, ...args) => {
      const slot: [Pointer | null] = [null];
      call(name, ...args, slot);
      if (slot[0] === null) throw new OrtError(`ONNX Runtime's ${name} returned nothing`);
      return slot[0];
    },
    release: (name, object) => invoke(name, [object]),
  };
}
