import { describe, expect, it } from 'vitest';
import { parseDriver, parseRows } from '../../../src/runtime/cuda/nvidia.js';

describe('what NVIDIA’s tools say', () => {
  it.each([
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 07:12:39 UTC 2025\nGCC version: 12',
      '580.65.06',
    ],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  575.57  Release Build', '575.57'],
    ['NVRM version: unheard of', undefined],
  ])('has the version of the driver in it: %s', (text, version) => {
    expect(parseDriver(text)).toBe(version);
  });

  it('has a row for each card, and none where it failed', () => {
    expect(parseRows('0, NVIDIA H100 80GB HBM3, 81559, 81008, 9.0, 580.65.06\n')).toEqual([
      ['0', 'NVIDIA H100 80GB HBM3', '81559', '81008', '9.0', '580.65.06'],
    ]);
    expect(parseRows('No devices were found\n')).toEqual([]);
  });
});
