import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { core, CudaLibraryError, missingFor, refuseMissing, type CudaLibraries, type FoundPart } from './libraries.js';

export type Koffi = typeof koffi;

/** ONNX Runtime's core, whose CUDA provider will find all libraries it needs. */
export interface LoadedCore {
  readonly koffi: Koffi;
  readonly library: LibraryHandle;
  readonly path: string;
}

// From <dlfcn.h> on Linux.
const now = 0x2;
const global = 0x100;

/**
 * Loads the libraries the CUDA provider needs by path, visible to all that are loaded later; cuDNN only if it was found.
 *
 * @throws CudaLibraryError if one is missing or cannot be loaded.
 */
export async function loadLibraries(libraries: CudaLibraries): Promise<LoadedCore> {
  refuseMissing(missingFor('steps', libraries));
  const koffi = await loadKoffi();
  for (const part of libraries.found) loadPart(part, koffi);
  const path = corePath(libraries);
  return { koffi, library: koffi.load(path), path };
}

/**
 * Loads a part whose dependencies are already loaded. It is never closed, although koffi would close it when its thread
 * ends, because other threads use the same libraries.
 *
 * @throws CudaLibraryError if it cannot be loaded.
 */
export function loadPart({ name, folder, files }: FoundPart, koffi: Koffi): void {
  const libc = koffi.load(null);
  const dlopen = libc.func('void *dlopen(const char *path, int flags)') as (path: string, flags: number) => unknown;
  const dlerror = libc.func('const char *dlerror()') as () => string | null;
  // The core loads its providers by itself when they are requested.
  for (const file of files.includes(core) ? [core] : files) {
    const path = `${folder}/${file}`;
    const flags = file === core ? now : now | global;
    if (dlopen(path, flags)) continue;
    const reason = dlerror() ?? 'no reason was given';
    throw new CudaLibraryError(
      `${path} (${name}) cannot be loaded: ${reason}. "npx randar doctor" lists what was found`,
    );
  }
}

function corePath({ found }: CudaLibraries): string {
  const part = found.find(({ files }) => files.includes(core));
  return `${part?.folder ?? ''}/${core}`;
}

let loadedKoffi: Promise<Koffi> | undefined;

/** @throws CudaLibraryError if koffi, an optional dependency, is not installed. */
export function loadKoffi(): Promise<Koffi> {
  loadedKoffi ??= import('koffi').then(
    ({ default: koffi }) => {
      // Selecting kernels needs more stack than koffi's default. It must be set before anything is loaded.
      koffi.config({ sync_stack_size: 8 << 20, async_stack_size: 8 << 20 });
      return koffi;
    },
    (cause: unknown) => {
      const message = 'package koffi, which calls CUDA, is not installed: run "npm install koffi"';
      throw new CudaLibraryError(message, { cause });
    },
  );
  return loadedKoffi;
}
