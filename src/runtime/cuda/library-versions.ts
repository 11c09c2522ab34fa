import { core, type FoundPart } from './libraries.js';
import { loadPart, type Koffi } from './load-libraries.js';

/** The function that returns a library's version, and the number that one unit of each part of the version adds. */
const questions: Readonly<Record<string, { file: string; call: string; places: readonly number[] }>> = {
  'CUDA runtime': {
    file: 'libcudart.so.13',
    call: 'int cudaRuntimeGetVersion(_Out_ int *version)',
    places: [1000, 10],
  },
  cuBLAS: { file: 'libcublasLt.so.13', call: 'size_t cublasLtGetVersion()', places: [10_000, 100, 1] },
  cuRAND: { file: 'libcurand.so.10', call: 'int curandGetVersion(_Out_ int *version)', places: [1000, 100, 1] },
  cuDNN: { file: 'libcudnn.so.9', call: 'size_t cudnnGetVersion()', places: [10_000, 100, 1] },
};

/** A library's version as it reports it; undefined if it has no such function. @throws CudaLibraryError */
export function versionOf(part: FoundPart, koffi: Koffi): string | undefined {
  if (part.files.includes(core)) return core.replace(/^.*\.so\./, '');
  const question = questions[part.name];
  if (!question) return undefined;
  loadPart(part, koffi);
  const library = koffi.load(`${part.folder}/${question.file}`);
  const slot: [number] = [0];
  const ask = library.func(question.call) as (...args: unknown[]) => number;
  const answer = question.call.includes('_Out_') ? (ask(slot), slot[0]) : ask();
  return inPlaces(answer, question.places);
}

/** 91501 with units of 10000, 100 and 1 is 9.15.1. */
export function inPlaces(number: number, places: readonly number[]): string {
  let rest = number;
  return places.map((unit) => [Math.floor(rest / unit), (rest %= unit)][0]).join('.');
}
