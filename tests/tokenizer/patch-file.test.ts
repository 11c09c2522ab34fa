import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { readPatches, writePatches } from '../../src/tokenizer/patch-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'randar-patches-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file of patches', () => {
  const table = { vocabulary: 3, factor: 2, pixels: Uint8Array.from({ length: 36 }, (_, i) => i * 7) };

  it('round-trips a table', async () => {
    const file = join(folder, 'patches.safetensors');
    await writePatches(file, table);
    expect(await readPatches(file, table)).toEqual(table);
  });

  it('of another tokenizer is rejected, with what to do', async () => {
    const file = join(folder, 'other.safetensors');
    await writePatches(file, table);
    const reading = readPatches(file, { vocabulary: 4, factor: 2 });
    await expect(reading).rejects.toThrow(CheckpointError);
    await expect(reading).rejects.toThrow(/\[3, 2, 2, 3\], expected \[4, 2, 2, 3\]; remove it from model.json/);
  });
});
