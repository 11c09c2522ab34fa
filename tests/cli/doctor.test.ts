import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toDo } from '../../src/cli/doctor.js';
import { parts } from '../../src/runtime/cuda/libraries.js';
import { randar } from '../support/cli.js';
import { fakeCuda } from '../support/fake-cuda/fake-cuda.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Told {
  readonly devices: readonly { readonly device: string; readonly problem?: string }[];
  readonly libraries: readonly { readonly name: string; readonly folder: string; readonly version?: string }[];
  readonly toDo: readonly string[];
}

describe('randar doctor', () => {
  it('reports the machine, tries each device, and suggests what to run', async () => {
    const { code, stdout } = await randar(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toContain(`${process.version} on ${process.platform} ${process.arch}`);
    for (const device of ['cpu', 'cuda', 'webgpu'])
      expect(stdout).toMatch(new RegExp(`\\b${device} (works|does not work: )`));
    expect(stdout).toContain('cpu works');
    expect(stdout).toContain('npx randar serve');
  });

  it.runIf(fakeCuda)('tries CUDA with the libraries that it finds, and says where and which they are', async () => {
    const fake = fakeCuda?.folder ?? '';
    const { code, stdout } = await randar(['doctor', '--json'], { RANDAR_CUDA_LIBRARIES: fake });
    expect(code).toBe(0);
    const { devices, libraries, toDo: steps } = JSON.parse(stdout) as Told;
    expect(devices).toContainEqual({ device: 'cuda' });
    const where = libraries.map(({ name, folder: at, version }) => [name, at, version]);
    expect(where).toContainEqual(['CUDA runtime', fake, '13.0']);
    expect(where).toContainEqual(['cuBLAS', fake, '13.1.0']);
    expect(where).toContainEqual(['ONNX Runtime for CUDA', fake, '1.30.0']);
    expect(steps[0]).toBe('npx randar serve --device cuda');
  });

  it('sends no telemetry', async () => {
    const home = temporaryFolder('home');
    // On a CI machine it reports nothing anyway.
    await randar(['doctor'], { HOME: home, XDG_CACHE_HOME: undefined, CI: undefined });
    expect(existsSync(join(home, '.cache'))).toBe(false);
  });
});

describe('the suggested next step', () => {
  const cpu = { device: 'cpu' } as const;
  const broken = { device: 'cuda', problem: 'something' } as const;
  const libraries = parts.filter(({ from }) => from === 'wheel');
  const card = { index: 0, name: 'H100', memoryMiB: 81559, freeMiB: 81000, computeCapability: '9.0' };
  const ready = { driver: '580.65.06', cards: [card], onBus: true };

  it.each([
    ['serve, where there is no card', [cpu, broken], { cards: [], onBus: false }, parts, ['npx randar serve']],
    [
      'a driver, where there is a card without one',
      [cpu, broken],
      { cards: [], onBus: true },
      parts,
      ['install NVIDIA’s driver, 580 or newer', 'npx randar serve'],
    ],
    [
      'a newer driver and the libraries, where both are lacking',
      [cpu, broken],
      { ...ready, driver: '535.104' },
      libraries,
      ['update NVIDIA’s driver 535.104 to 580 or newer', 'npx randar setup-cuda', 'npx randar serve'],
    ],
    ['serve on CUDA, where it works', [cpu, { device: 'cuda' }], ready, [], ['npx randar serve --device cuda']],
    [
      'serve on WebGPU, where only that works',
      [cpu, broken, { device: 'webgpu' }],
      { cards: [], onBus: false },
      parts,
      ['npx randar serve --device webgpu'],
    ],
  ] as const)('is %s', (_, devices, nvidia, missing, steps) => {
    expect(toDo(devices, nvidia, missing)).toEqual(steps);
  });
});
