import { readFileSync } from 'node:fs';
import koffi from 'koffi';
import { temporaryFolder } from '../temporary-folder.js';
import { buildFakeCuda } from './build.js';
import { findProvider, lacking } from './provider.js';

interface Copies {
  readonly count: number;
  readonly bytes: number;
}

/** What a process did on the fake runtime since the last report, and what it holds. */
export interface CudaReport {
  /** Kernels and products of cuBLAS that ran, or would have: those of a graph that is launched are not among them. */
  readonly launches: number;
  /** By name, captured or launched. */
  readonly kernels: Readonly<Record<string, number>>;
  /** Those of a graph happen, and count, whenever it is launched. */
  readonly copies: Readonly<Record<'hostToDevice' | 'deviceToHost' | 'deviceToDevice', Copies>>;
  readonly synchronizations: number;
  readonly graphs: { readonly captured: number; readonly nodes: number; readonly launched: number };
  /** Allocations that were given back. */
  readonly frees: number;
  readonly held: Readonly<Record<'deviceBytes' | 'pinnedBytes' | 'streams' | 'events' | 'graphs' | 'handles', number>>;
  /** What a GPU would have refused: copies outside of what is held, waiting or allocating while capturing. */
  readonly faults: readonly string[];
}

export interface FakeCuda {
  /** For RANDAR_CUDA_LIBRARIES. */
  readonly folder: string;
  /** What this process did since it last asked. */
  readonly report: () => CudaReport;
}

/** The fake runtime; undefined where it cannot be built, which CI does not put up with. */
export const fakeCuda: FakeCuda | undefined = build();

function build(): FakeCuda | undefined {
  const reason = lacking();
  if (reason !== undefined) {
    if (process.env.CI) throw new Error(`${reason}: the fake CUDA runtime cannot be built.`);
    console.warn(`${reason}: tests on the fake CUDA runtime are left out.`);
    return undefined;
  }
  const folder = temporaryFolder('fake-cuda');
  buildFakeCuda(findProvider() ?? [], folder);
  const report = () => {
    const ask = koffi.load(`${folder}/libcudart.so.13`).func('const char *fake_report()') as () => string;
    return JSON.parse(ask()) as CudaReport;
  };
  return { folder, report };
}

/** Where a child process was told, by FAKE_CUDA_REPORT, to say at its end what it did in all. */
export function readReport(path: string): CudaReport {
  return JSON.parse(readFileSync(path, 'utf8')) as CudaReport;
}
