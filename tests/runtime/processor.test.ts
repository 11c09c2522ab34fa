import { describe, expect, it } from 'vitest';
import { parseFeatures } from '../../src/runtime/processor.js';

describe('the instruction sets of a processor', () => {
  it.each([
    ['processor\t: 0\nflags\t\t: fpu avx avx2 avx512f avx512_vnni amx_tile\n', ['AVX2', 'AVX-512', 'VNNI', 'AMX']],
    ['flags\t\t: fpu avx2 avx_vnni\n', ['AVX2', 'VNNI']],
    ['processor\t: 0\nFeatures\t: fp asimd asimddp i8mm sve\n', ['dot product', 'int8 matrices', 'SVE']],
    ['processor\t: 0\n', []],
  ])('are listed by their usual names: %j', (cpuinfo, features) => {
    expect(parseFeatures(cpuinfo)).toEqual(features);
  });
});
