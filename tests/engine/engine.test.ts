import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Engine, ShuttingDownError, type EngineOptions } from '../../src/engine/engine.js';
import type { GenerationEvent } from '../../src/generation/event.js';
import type { Generation } from '../../src/generation/generation.js';
import { ModelError } from '../../src/model/manifest.js';
import { goldenFile } from '../support/goldens/load.js';
import { builtInModels, goldenModels } from '../support/goldens/models.js';
import { square4Request as request } from '../support/goldens/requests.js';

let models: string;
const started: Engine[] = [];

beforeAll(async () => (models = await goldenModels()));
afterEach(async () => {
  for (const engine of started.splice(0)) await engine.close();
});
afterAll(() => rm(models, { recursive: true }));

const options = (more: Partial<EngineOptions> = {}): EngineOptions => ({
  models,
  serve: 'default',
  device: { provider: 'cpu', index: 0 },
  floats: false,
  maxQueued: 8,
  previewBudget: 0.15,
  maxConcurrent: 16,
  decodeWorkers: 1,
  memory: 1e9,
  keep: 100,
  report: (error) => {
    throw error;
  },
  ...more,
});

async function start(more: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await Engine.start(options(more));
  started.push(engine);
  return engine;
}

async function eventsOf(generation: Generation): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for await (const event of generation.log.follow()) events.push(event);
  return events;
}

/** Resolves after the first step, while the generation is still running. */
async function runs(generation: Generation): Promise<void> {
  for await (const event of generation.log.follow()) if (event.type === 'step') return;
}

describe('the models of an engine', () => {
  it('are all in the directory, the default first', async () => {
    const engine = await start({ serve: 'all', defaultModel: 'square8' });
    expect(engine.models.map(({ id }) => id)).toEqual(['square8', 'square4']);
    expect(engine.defaultModel.id).toBe('square8');
    expect(engine.model('square4')?.manifest.grid).toEqual({ width: 4, height: 4 });
    expect(engine.model('other')).toBeUndefined();
  });

  it('are only the default if no others are wanted: the first by name, or the given one', async () => {
    expect((await start()).models.map(({ id }) => id)).toEqual(['square4']);
    expect((await start({ defaultModel: 'square8' })).models.map(({ id }) => id)).toEqual(['square8']);
  });

  it('are served in int8 if they have it, and in floats on request', async () => {
    for (const [floats, precision] of [
      [false, 'int8'],
      [true, 'fp16'],
    ] as const) {
      const engine = await start({ models: builtInModels, floats });
      expect(engine.defaultModel.transformer.precision).toBe(precision);
    }
  });

  it('are listed if the default is none of them', async () => {
    const error = await Engine.start(options({ defaultModel: 'square5' })).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ModelError);
    expect((error as ModelError).message).toBe(`no model "square5" in ${models}; available: "square4", "square8"`);
  });

  it('are rejected if transformer and tokenizer do not match', async () => {
    const mixed = await goldenModels();
    try {
      await copyFile(goldenFile('llamagen-f8.safetensors'), join(mixed, 'square4', 'tokenizer.safetensors'));
      await expect(Engine.start(options({ models: mixed, serve: 'all' }))).rejects.toThrow(
        new ModelError('model square4: the tokenizer has 70 codes, but the transformer has 50 tokens'),
      );
    } finally {
      await rm(mixed, { recursive: true });
    }
  });
});

describe('a generation of an engine', () => {
  it('gives two pictures identical to those of their seeds alone', async () => {
    const engine = await start();
    const [both, ...alone] = [
      engine.generate(request({ seed: 20, count: 2 }), 'client'),
      engine.generate(request({ seed: 20 }), 'client'),
      engine.generate(request({ seed: 21 }), 'client'),
    ];
    await Promise.all([both, ...alone].map(eventsOf));
    for (const [index, single] of alone.entries()) {
      expect(both.tokens[index]).toEqual(single.tokens[0]);
      const files = [both.picture(index, 'decoded'), single.picture(0, 'decoded')].map((of) =>
        engine.encode(of, 'png'),
      );
      const [ofBoth, ofSingle] = await Promise.all(files);
      expect(ofBoth).toEqual(ofSingle);
      expect(await sharp(ofBoth).metadata()).toMatchObject({ format: 'png', width: 16, height: 16 });
    }
    expect(both.tokens[0]).not.toEqual(both.tokens[1]);
  });
});

describe('closing an engine', () => {
  it('lets running and waiting generations finish within the grace period', async () => {
    const engine = await start();
    const generations = [engine.generate(request(), 'client'), engine.generate(request({ seed: 2 }), 'client')];
    await engine.close(600_000);
    expect(generations.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('cancels unfinished generations after the grace period', async () => {
    const engine = await start({ defaultModel: 'square8' });
    // Enough pictures for slow steps, so that it is still running when the engine closes.
    const long = request({
      model: 'square8',
      width: 8,
      height: 8,
      count: 64,
      tokensPerStep: new Array<number>(64).fill(1),
    });
    const [running, waiting] = [engine.generate(long, 'client'), engine.generate(long, 'client')];
    await runs(running);
    await engine.close(0);
    expect([running.status, waiting.status]).toEqual(['cancelled', 'cancelled']);
    expect(running.step).toBeLessThan(64);
    expect((await eventsOf(running)).at(-1)?.type).toBe('cancelled');
  });

  it('accepts no more work from then on', async () => {
    const engine = await start();
    const closing = engine.close();
    expect(() => engine.generate(request(), 'client')).toThrow(ShuttingDownError);
    await closing;
    expect(() => engine.generate(request(), 'client')).toThrow(ShuttingDownError);
    expect(engine.list()).toEqual([]);
  });

  it('rejects pictures that could not be rendered any more', async () => {
    const engine = await start();
    await engine.close();
    const picture = { model: 'square4', mode: 'decoded', width: 4, height: 4, tokens: new Int32Array(16) } as const;
    await expect(engine.render(picture)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
