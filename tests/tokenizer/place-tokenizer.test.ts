import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLibraries, type CudaLibraries } from '../../src/runtime/cuda/libraries.js';
import { placeTokenizer } from '../../src/tokenizer/place-tokenizer.js';
import { fakeCuda } from '../support/fake-cuda/fake-cuda.js';
import { goldenFile, loadTokenizerGolden } from '../support/goldens/load.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const path = goldenFile('llamagen-f4.safetensors');
const cuda = { provider: 'cuda', index: 0 } as const;
const cpu = { provider: 'cpu', index: 0 } as const;
const grid = { width: 3, height: 2 };
const tokens = Int32Array.of(1, 2, 3, 4, 5, 6);

/** Libraries of which every part is found but those of these names. */
function without(...names: readonly string[]): CudaLibraries {
  const { missing } = findLibraries([], () => false);
  const folder = temporaryFolder('no-libraries');
  return {
    found: missing.filter(({ name }) => !names.includes(name)).map((part) => ({ ...part, folder, place: 'test' })),
    missing: missing.filter(({ name }) => names.includes(name)),
  };
}

async function expectThePixels(placed: Awaited<ReturnType<typeof placeTokenizer>>): Promise<void> {
  const { tokenizer } = await loadTokenizerGolden('llamagen-f4');
  expect(await placed.tokenizer.decode(tokens, grid)).toEqual(await tokenizer.decode(tokens, grid));
  await placed.close();
  await tokenizer.close();
}

describe('a tokenizer', () => {
  it('is on the CPU where steps are, and nobody looks for libraries', async () => {
    const placed = await placeTokenizer(path, 'llamagen', cpu, () => {
      throw new Error('looked for libraries');
    });
    expect(placed).toMatchObject({ device: cpu });
    expect(placed.whyNotOnGpu).toBeUndefined();
    await expectThePixels(placed);
  });

  it('is on the CPU where WebGPU decodes, and says why', async () => {
    const placed = await placeTokenizer(path, 'llamagen', { provider: 'webgpu', index: 0 }, () => without());
    expect(placed.device).toEqual(cpu);
    expect(placed.whyNotOnGpu).toBe('only one thread may use webgpu');
    await placed.close();
  });

  it('is on the CPU where the GPU lacks cuDNN, and says what brings it', async () => {
    const placed = await placeTokenizer(path, 'llamagen', cuda, () => without('cuDNN'));
    expect(placed.device).toEqual(cpu);
    expect(placed.whyNotOnGpu).toBe('no cuDNN; npx randar setup-cuda --pixels');
    await expectThePixels(placed);
  });

  it('is on the CPU where libraries are found that cannot be loaded, and says which and why', async () => {
    const placed = await placeTokenizer(path, 'llamagen', cuda, () => without());
    expect(placed.device).toEqual(cpu);
    expect(placed.whyNotOnGpu).toMatch(/^\S+libcuda\.so\.1 \(NVIDIA driver\) cannot be loaded: [^\n]+$/);
    await expectThePixels(placed);
  });

  it('is refused where its weights are of another family, on whichever device', async () => {
    await expect(placeTokenizer(path, 'maskgit', cuda, () => without('cuDNN'))).rejects.toThrow('expected "maskgit"');
  });
});

describe.runIf(fakeCuda)('a tokenizer on a GPU', () => {
  const { folder, report } = fakeCuda ?? { folder: '', report: () => undefined };

  it('whose cuDNN is no cuDNN moves to the CPU, says why, and leaves nothing on the GPU', async () => {
    const places = temporaryFolder('odd-cudnn');
    for (const file of readdirSync(folder)) {
      if (file.includes('.so') && !file.endsWith('.c')) symlinkSync(join(folder, file), join(places, file));
    }
    symlinkSync(join(folder, 'libcurand.so.10'), join(places, 'libcudnn.so.9'));
    const libraries = findLibraries([{ name: 'test', folders: [places] }], existsSync);
    expect(libraries.missing).toEqual([]);
    const placed = await placeTokenizer(path, 'llamagen', cuda, () => libraries);
    expect(placed.device).toEqual(cpu);
    expect(placed.whyNotOnGpu).toMatch(/^cuDNN is unavailable .*libcudnn/);
    expect(report()).toMatchObject({ held: { deviceBytes: 0, pinnedBytes: 0, streams: 0, events: 0, handles: 0 } });
    await expectThePixels(placed);
  });
});
