import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenModels, writeGoldenModel } from '../support/goldens/models.js';
import { randar } from '../support/cli.js';
import { swiftShader } from '../support/swiftshader.js';

let two: string;
let one: string;
beforeAll(async () => {
  two = await goldenModels();
  one = await mkdtemp(join(tmpdir(), 'randar-models-'));
  await writeGoldenModel(one, 'square4');
});
afterAll(() => Promise.all([two, one].map((models) => rm(models, { recursive: true }))));

describe.skipIf(!swiftShader)('randar generate --device webgpu', () => {
  it('draws the picture that the CPU draws, and another seed another', async () => {
    const draw = async (file: string, seed: number, ...more: readonly string[]): Promise<Buffer> => {
      const path = join(one, file);
      const args = ['generate', '3', '-o', path, '--models', one, '--seed', String(seed), ...more];
      expect(await randar(args, swiftShader?.environment)).toMatchObject({ code: 0 });
      return readFile(path);
    };
    const onCpu = await draw('cpu.png', 7);
    expect(await draw('webgpu.png', 7, '--device', 'webgpu')).toEqual(onCpu);
    expect(await draw('other.png', 8, '--device', 'webgpu')).not.toEqual(onCpu);
  });
});

describe('randar serve --device webgpu', () => {
  it.each([
    [
      'several models',
      () => ['--models', two],
      'serves 1 model, got 2 (square4, square8): give one a folder of its own',
    ],
    ['several decode workers', () => ['--models', one, '--decode-workers', '2'], 'takes 1 decode worker, got 2'],
  ])('refuses %s', async (_, args, told) => {
    const { code, stderr } = await randar(['serve', '--port', '0', '--device', 'webgpu', ...args()]);
    expect([code, stderr]).toEqual([1, `randar: device "webgpu" ${told}\n`]);
  });
});
