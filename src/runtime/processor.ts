import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

export interface Processor {
  readonly name: string;
  readonly cores: number;
  /** Instruction sets that speed up products; empty if the system does not list them. */
  readonly features: readonly string[];
}

/** Kernel flags and the usual names of the instruction sets. */
const known: readonly (readonly [flag: RegExp, name: string])[] = [
  [/^avx2$/, 'AVX2'],
  [/^avx512f$/, 'AVX-512'],
  [/^(avx_vnni|avx512_vnni)$/, 'VNNI'],
  [/^avx512_bf16$/, 'bf16'],
  [/^amx_tile$/, 'AMX'],
  [/^asimddp$/, 'dot product'],
  [/^i8mm$/, 'int8 matrices'],
  [/^sve$/, 'SVE'],
];

export function findProcessor(): Processor {
  const path = '/proc/cpuinfo';
  const features = existsSync(path) ? parseFeatures(readFileSync(path, 'utf8')) : [];
  return { name: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism(), features };
}

/** From the first processor in /proc/cpuinfo. */
export function parseFeatures(cpuinfo: string): string[] {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? [];
  return known.filter(([flag]) => flags.some((name) => flag.test(name))).map(([, name]) => name);
}
