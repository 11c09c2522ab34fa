import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { core, CudaLibraryError, missingFor, refuseMissing, type CudaLibraries, type FoundPart } from './libraries.js';

export type Koffi = typeof koffi;

/** The core of ONNX Runtime whose CUDA provider will find all that it needs. */
export interface LoadedCore {
  readonly koffi: Koffi;
  readonly library: LibraryHandle;
  readonly path: string;
}

// Of <dlfcn.h> on Linux.
const now = 0x2;
const global = 0x100;

/**
 * Loads, by their paths and for all that comes later, what the CUDA provider needs; cuDNN where it is found.
 *
 * @throws CudaLibraryError for what is missing or cannot be loaded
 */
export async function loadLibraries(libraries: CudaLibraries): Promise<LoadedCore> {
  refuseMissing(missingFor('steps', libraries));
  const koffi = await loadKoffi();
  for (const part of libraries.found) loadPart(part, koffi);
  const path = corePath(libraries);
  return { koffi, library: koffi.load(path), path };
}

/**
 * Loads a part that needs none but those before it. It is never closed, which koffi would do when its thread ends: the
 * libraries are those of other threads, too.
 *
 * @throws CudaLibraryError where it cannot be loaded
 */
export function loadPart({ name, folder, files }: FoundPart, koffi: Koffi): void {
  const libc = koffi.load(null);
  const dlopen = libc.func('void *dlopen(const char *path, int flags)') as (path: string, flags: number) => unknown;
  const dlerror = libc.func('const char *dlerror()') as () => string | null;
  // The core loads its providers itself, when they are asked for.
  for (const file of files.includes(core) ? [core] : files) {
    const path = `${folder}/${file}`;
    const flags = file === core ? now : now | global;
    if (dlopen(path, flags)) continue;
    const reason = dlerror() ?? 'no reason was given';
    throw new CudaLibraryError(
      `${path} (${name}) cannot be loaded: ${reason}. "npx randar doctor" says what was found`,
    );
  }
}

function corePath({ found }: CudaLibraries): string {
  const part = found.find(({ files }) => files.includes(core));
  return `${part?.folder ?? ''}/${core}`;
}

let loadedKoffi: Promise<Koffi> | undefined;

/** @throws CudaLibraryError where it is not installed: it is optional */
export function loadKoffi(): Promise<Koffi> {
  loadedKoffi ??= import('koffi').then(
    ({ default: koffi }) => {
      // Kernels are chosen on the stack of the call, which is larger than koffi's own allows; it is set before any load.
      koffi.config({ sync_stack_size: 8 << 20, async_stack_size: 8 << 20 });
      return koffi;
    },
    (cause: unknown) => {
      const message = 'the package koffi, by which CUDA is called, is not there: install it with "npm install koffi"';
      throw new CudaLibraryError(message, { cause });
    },
  );
  return loadedKoffi;
}
