/** A group of libraries that ONNX Runtime's CUDA provider needs. They must match, so all come from one folder. */
export interface Part {
  readonly name: string;
  readonly files: readonly string[];
  /** cuDNN is needed for pixels, but not for decoding steps. */
  readonly for: 'steps' | 'pixels';
  /** Where it comes from: NVIDIA's driver, or a wheel that `randar setup-cuda` downloads. */
  readonly from: 'driver' | 'wheel';
}

const driver: Part = { name: 'NVIDIA driver', files: ['libcuda.so.1'], for: 'steps', from: 'driver' };
const cudaRuntime: Part = { name: 'CUDA runtime', files: ['libcudart.so.13'], for: 'steps', from: 'wheel' };
const cublas: Part = { name: 'cuBLAS', files: ['libcublasLt.so.13', 'libcublas.so.13'], for: 'steps', from: 'wheel' };
const curand: Part = { name: 'cuRAND', files: ['libcurand.so.10'], for: 'steps', from: 'wheel' };
const cudnn: Part = { name: 'cuDNN', files: ['libcudnn.so.9'], for: 'pixels', from: 'wheel' };

/** ONNX Runtime's core looks for its providers in its own folder, so it has to be the matching one. */
export const core = 'libonnxruntime.so.1.30.0';
const onnxRuntime: Part = {
  name: 'ONNX Runtime for CUDA',
  files: [core, 'libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  for: 'steps',
  from: 'wheel',
};

/** In load order: each needs those before it. */
export const parts: readonly Part[] = [driver, cudaRuntime, cublas, curand, cudnn, onnxRuntime];

/** Folders to search, in this order, and their names in messages. */
export interface Place {
  readonly name: string;
  readonly folders: readonly string[];
}

export interface FoundPart extends Part {
  readonly folder: string;
  /** The name of the place. */
  readonly place: string;
}

/** Plain data, so that it can be sent to the threads that load them. */
export interface CudaLibraries {
  readonly found: readonly FoundPart[];
  readonly missing: readonly Part[];
}

/** For each part, the first folder that has all of its files. */
export function findLibraries(places: readonly Place[], exists: (path: string) => boolean): CudaLibraries {
  const folders = places.flatMap(({ name, folders }) => folders.map((folder) => ({ place: name, folder })));
  const found: FoundPart[] = [];
  const missing: Part[] = [];
  for (const part of parts) {
    const where = folders.find(({ folder }) => part.files.every((file) => exists(`${folder}/${file}`)));
    if (where) found.push({ ...part, ...where });
    else missing.push(part);
  }
  return { found, missing };
}

export class CudaLibraryError extends Error {
  readonly code = 'CUDA_LIBRARIES';
  override readonly name = 'CudaLibraryError';
}

/** The parts that are missing for steps, or for pixels as well. */
export function missingFor(use: Part['for'], { missing }: CudaLibraries): readonly Part[] {
  return use === 'pixels' ? missing : missing.filter((part) => part.for === 'steps');
}

/** @throws CudaLibraryError naming everything that is missing, and how to get it. */
export function refuseMissing(missing: readonly Part[]): void {
  if (missing.length > 0) throw new CudaLibraryError(lackOf(missing));
}

/** One line: the missing parts, and what to do. */
export function lackOf(missing: readonly Part[]): string {
  const remedies: Record<Part['from'], string> = {
    driver: 'NVIDIA’s driver, 580 or newer, contains it',
    wheel: '"npx randar setup-cuda" downloads what is missing',
  };
  const sentences = Object.entries(remedies).flatMap(([from, remedy]) => {
    const lacking = missing.filter((part) => part.from === from);
    const named = lacking.map(({ name, files }) => `${files.join(' and ')} (${name})`);
    return named.length > 0 ? [`CUDA needs ${named.join(', ')}: ${remedy}`] : [];
  });
  return sentences.join('. ');
}
