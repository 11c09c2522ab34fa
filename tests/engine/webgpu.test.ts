import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { Generation } from '../../src/generation/generation.js';
import { writeGoldenModel } from '../support/goldens/models.js';
import { square4Request as request } from '../support/goldens/requests.js';
import { swiftShader } from '../support/swiftshader.js';

let models: string;
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'randar-models-'));
  await writeGoldenModel(models, 'square4');
  await swiftShader?.use();
});
afterAll(() => rm(models, { recursive: true }));

const start = (provider: 'cpu' | 'webgpu'): Promise<Engine> =>
  Engine.start({
    models,
    serve: 'default',
    device: { provider, index: 0 },
    floats: false,
    maxQueued: 8,
    previewBudget: 0.5,
    maxConcurrent: 16,
    decodeWorkers: 1,
    memory: 1e8,
    keep: 100,
    report: (error) => {
      throw error;
    },
  });

/** How often each kind of event came, and the pictures. */
async function resultOf(generation: Generation) {
  const types: string[] = [];
  for await (const event of generation.log.follow()) types.push(event.type);
  return { types, tokens: generation.tokens };
}

describe.skipIf(!swiftShader)('an engine on WebGPU', () => {
  it('draws for several at once what the CPU draws, with decoded previews, while others are cancelled', async () => {
    const requests = [1, 2, 3].map((seed) => request({ seed, preview: { mode: 'decoded', every: 1 } }));
    const drawn = [];
    for (const provider of ['cpu', 'webgpu'] as const) {
      const engine = await start(provider);
      const generations = requests.map((each) => engine.generate(each, 'a client'));
      const cancelled = engine.generate(request({ seed: 4 }), 'a client');
      for await (const { type } of cancelled.log.follow()) if (type === 'step') engine.cancel(cancelled);
      expect(cancelled.status).toBe('cancelled');
      drawn.push(await Promise.all(generations.map(resultOf)));
      await engine.close();
    }
    const [onCpu, onWebGpu] = drawn.map((results) => results.map(({ tokens }) => tokens));
    expect(onWebGpu).toEqual(onCpu);
    for (const { types } of drawn[1] ?? []) expect(types).toContain('preview');
  });
});
