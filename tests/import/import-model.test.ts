import { truncateSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { ImportError, type ImportOptions } from '../../src/import/import-options.js';
import { importModel, type ImportStage } from '../../src/import/import-model.js';
import { ModelError, readManifest } from '../../src/model/manifest.js';
import { goldenFile } from '../support/goldens/load.js';
import { editWeights, filesIn, useFolder, withNaN, type Tensor, type Tensors } from '../support/weights.js';

const folder = useFolder();
let models: string;
let labels: string;
beforeAll(async () => {
  models = join(folder(), 'models');
  labels = join(folder(), 'labels.txt');
  await writeFile(labels, Array.from({ length: 10 }, (_, i) => `Digit ${i}`).join('\n'));
});
beforeEach(() => rm(models, { recursive: true, force: true }));

const transformer = goldenFile('randar-square4.safetensors');
const tokenizer = goldenFile('llamagen-f4.pt');

const options = (more: Partial<ImportOptions> = {}): ImportOptions => ({
  id: 'digits',
  models,
  transformer,
  tokenizer,
  labels,
  precision: 'fp32',
  heads: 2,
  grid: { width: 4, height: 4 },
  replace: false,
  measure: true,
  ...more,
});

const ignored = () => undefined;
const run = (more?: Partial<ImportOptions>) => importModel(options(more), ignored);

const files = ['labels.json', 'model.json', 'patches.safetensors', 'tokenizer.safetensors', 'transformer.safetensors'];
const whole = ['digits', ...files.map((name) => `digits/${name}`)];

const errorOf = (made: Promise<unknown>): Promise<unknown> =>
  made.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Nothing at all if there was no models directory before. */
async function expectNothing(): Promise<void> {
  const left = await filesIn(models).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  expect(left).toEqual([]);
}

describe('an import', () => {
  it('creates a directory that a server can load', async () => {
    const summary = await run({ name: 'Digits', license: 'CC0' });
    expect(await filesIn(models)).toEqual(whole);
    expect(summary).toMatchObject({
      folder: join(models, 'digits'),
      shape: { layers: 2, dimension: 64, heads: 2, vocabulary: 50, classes: 10, parameters: 113_984 },
      tokenizerFamily: 'llamagen',
      grid: { width: 4, height: 4 },
      precision: 'fp32',
      divergence: undefined,
    });
    expect(summary.bytes).toBe((await stat(join(models, 'digits', 'transformer.safetensors'))).size);
    const manifest = await readManifest(join(models, 'digits'));
    expect(manifest).toMatchObject({
      id: 'digits',
      name: 'Digits',
      family: 'randar',
      license: 'CC0',
      transformer: { file: 'transformer.safetensors', heads: 2 },
      tokenizer: { file: 'tokenizer.safetensors', family: 'llamagen', patches: 'patches.safetensors' },
      grid: { width: 4, height: 4 },
      defaults: { steps: 6, guidance: { start: 1, end: 4 }, temperature: 1, topK: 0, topP: 1 },
    });
    expect(manifest.labelList[7]).toEqual({ index: 7, name: 'digit-7', title: 'Digit 7', symbol: null });
  });

  it('is named after its id by default', async () => {
    await run();
    expect(await readManifest(join(models, 'digits'))).toMatchObject({ name: 'digits', license: null });
  });

  it('reports progress to the end of each stage', async () => {
    const seen: [ImportStage, number, number][] = [];
    await importModel(options({ precision: 'int8' }), (...told) => void seen.push(told));
    const stages = [...new Set(seen.map(([stage]) => stage))];
    expect(stages).toEqual(['transformer', 'tokenizer', 'patches', 'precision']);
    for (const stage of stages) {
      const counts = seen.filter(([each]) => each === stage);
      const total = counts.length;
      expect(counts).toEqual(Array.from({ length: total }, (_, i) => [stage, i + 1, total]));
    }
  });

  it('measures the error of a precision, which grows with fewer bits, and records it', async () => {
    const errors: number[] = [];
    for (const precision of ['fp16', 'int8', 'int4'] as const) {
      const { divergence } = await run({ precision, replace: true });
      const { transformer } = await readManifest(join(models, 'digits'));
      expect(transformer.divergence).toBe(divergence);
      errors.push(divergence ?? NaN);
    }
    const [fp16 = NaN, int8 = NaN, int4 = NaN] = errors;
    expect(fp16).toBeLessThan(1e-6);
    expect(int8).toBeGreaterThan(fp16);
    expect(int8).toBeLessThan(1e-2);
    expect(int4).toBeGreaterThan(int8);
    expect(int4).toBeLessThan(1);
  });

  it('skips the measurement on request', async () => {
    const stages = new Set<ImportStage>();
    const told = options({ precision: 'int8', measure: false });
    expect((await importModel(told, (stage) => void stages.add(stage))).divergence).toBeUndefined();
    expect(stages.has('precision')).toBe(false);
  });

  it('accepts weights with a prefix from a training wrapper', async () => {
    const wrap = (prefix: string) => (tensors: Tensors) => {
      for (const [name, tensor] of [...tensors]) {
        tensors.delete(name);
        tensors.set(prefix + name, tensor);
      }
    };
    const [gpt, vq] = [join(folder(), 'wrapped-gpt'), join(folder(), 'wrapped-vq')];
    await editWeights(transformer, gpt, wrap('module.'));
    await editWeights(tokenizer, vq, wrap('_orig_mod.module.'));
    await run();
    const plain = await readFile(join(models, 'digits', 'transformer.safetensors'));
    await run({ transformer: gpt, tokenizer: vq, replace: true });
    expect(plain.equals(await readFile(join(models, 'digits', 'transformer.safetensors')))).toBe(true);
  });
});

describe('an import is refused before anything is written', () => {
  const missing = () => join(folder(), 'missing.pt');
  it.each<[string, () => Partial<ImportOptions>, new () => Error, RegExp]>([
    ['an id with a slash', () => ({ id: '../digits' }), ImportError, /^--id: expected letters, .* got "\.\.\/digits"$/],
    ['an id of nothing', () => ({ id: '' }), ImportError, /^--id: /],
    ['a hidden id', () => ({ id: '.digits' }), ImportError, /^--id: /],
    ['an id like an option', () => ({ id: '-digits' }), ImportError, /^--id: /],
    ['a transformer that is not there', () => ({ transformer: missing() }), CheckpointError, /missing\.pt: cannot be /],
    ['a tokenizer that is not there', () => ({ tokenizer: missing() }), CheckpointError, /missing\.pt: cannot be /],
    [
      'a file that is no weights',
      () => ({ transformer: labels }),
      CheckpointError,
      /labels\.txt: not a supported weights file/,
    ],
    ['labels that are not there', () => ({ labels: missing() }), ImportError, /^--labels: /],
    [
      'other labels',
      () => ({ labels: 'imagenet' }),
      ImportError,
      /^--labels: 1000 labels, but the transformer has 10 classes$/,
    ],
    [
      'a tokenizer of another model',
      () => ({ tokenizer: goldenFile('llamagen-f8.pt') }),
      ImportError,
      /llamagen-f8\.pt has 70 codes, .*randar-square4\.safetensors 50 tokens: they do not belong together$/,
    ],
    ['heads that do not fit', () => ({ heads: 7 }), ImportError, /expected a multiple of 4 for each of 7 heads$/],
    [
      'a grid that no picture has',
      () => ({ grid: { width: 65, height: 1 } }),
      ModelError,
      /model\.json: grid\.width: /,
    ],
    ['a name without end', () => ({ name: 'x'.repeat(201) }), ModelError, /model\.json: name: /],
    ['a name of nothing', () => ({ name: '' }), ModelError, /model\.json: name: /],
    ['a licence without end', () => ({ license: 'x'.repeat(2001) }), ModelError, /model\.json: license: /],
  ])('for %s', async (_, more, type, says) => {
    const error = await errorOf(importModel(options(more()), () => expect.unreachable('it writes')));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(says);
    await expectNothing();
  });

  it('for an existing id, which stays unchanged', async () => {
    await run();
    const error = await errorOf(importModel(options({ name: 'Other' }), () => expect.unreachable('it writes')));
    expect(error).toEqual(
      new ImportError(`--id: model "digits" already exists at ${models}/digits; use --replace to replace it`),
    );
    expect((await readManifest(join(models, 'digits'))).name).toBe('digits');
    expect(await filesIn(models)).toEqual(whole);
  });
});

const stages = ['transformer', 'tokenizer', 'patches', 'precision'] as const;

describe('an import that fails halfway leaves nothing', () => {
  it.each(stages)('while reporting progress: %s', async (stage) => {
    const error = new Error('no terminal');
    const made = importModel(options({ precision: 'int8' }), (at) => {
      if (at === stage) throw error;
    });
    expect(await errorOf(made)).toBe(error);
    await expectNothing();
  });

  it.each(stages)('when stopped: %s', async (stage) => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const made = importModel(options({ precision: 'int8', signal: stop.signal }), (at) => {
      if (at === stage) stop.abort(reason);
    });
    expect(await errorOf(made)).toBe(reason);
    await expectNothing();
  });

  it.each([
    ['transformer', transformer],
    ['tokenizer', tokenizer],
  ] as const)('where its file is cut off meanwhile: %s', async (name, original) => {
    const path = join(folder(), `cut-${name}`);
    await copyFile(original, path);
    const made = importModel(options({ [name]: path }), () => truncateSync(path, 1000));
    expect(await errorOf(made)).toBeInstanceOf(CheckpointError);
    await expectNothing();
  });

  it.each([
    ['transformer', transformer, 'output.weight'],
    ['tokenizer', tokenizer, 'decoder.conv_in.weight'],
  ] as const)('where a number of its file is none: %s', async (name, original, parameter) => {
    const path = await editWeights(original, join(folder(), `nan-${name}`), (tensors) => {
      tensors.set(parameter, withNaN(tensors.get(parameter) as Tensor));
    });
    const error = await errorOf(run({ [name]: path }));
    expect(error).toEqual(new CheckpointError(`${path}: ${parameter} contains NaN or infinite values`));
    await expectNothing();
  });

  it('if its weights give NaN', async () => {
    const path = await editWeights(transformer, join(folder(), 'huge'), (tensors) => {
      for (const [name, tensor] of tensors) {
        if (!name.includes('feed_forward')) continue;
        tensors.set(name, {
          ...tensor,
          bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 4).fill(1e30).buffer),
        });
      }
    });
    const error = await errorOf(run({ transformer: path, precision: 'int8' }));
    expect(error).toEqual(
      new ImportError(`--transformer: ${path} produces NaN or infinite values: these are not usable weights`),
    );
    await expectNothing();
  });

  it('and leaves other models alone', async () => {
    await mkdir(join(models, 'cats'), { recursive: true });
    await writeFile(join(models, 'cats', 'model.json'), '{}');
    await errorOf(run({ labels: 'imagenet' }));
    await errorOf(importModel(options(), () => expect.unreachable('told')));
    expect(await filesIn(models)).toEqual(['cats', 'cats/model.json']);
  });
});

describe('an import that replaces a model', () => {
  it('replaces it', async () => {
    await run({ name: 'Old', precision: 'int8' });
    await run({ name: 'New', replace: true });
    expect(await readManifest(join(models, 'digits'))).toMatchObject({ name: 'New', transformer: {} });
    expect(await filesIn(models)).toEqual(whole);
  });

  it.each(stages)('leaves it in place if it fails: %s', async (stage) => {
    await run({ name: 'Old' });
    const before = await readFile(join(models, 'digits', 'transformer.safetensors'));
    const made = importModel(options({ name: 'New', precision: 'int8', replace: true }), (at) => {
      if (at === stage) throw new Error('no terminal');
    });
    expect(await errorOf(made)).toBeInstanceOf(Error);
    expect(await filesIn(models)).toEqual(whole);
    expect((await readManifest(join(models, 'digits'))).name).toBe('Old');
    expect(before.equals(await readFile(join(models, 'digits', 'transformer.safetensors')))).toBe(true);
  });
});

describe('two imports of one id at once', () => {
  it.each([false, true])('leave one complete model, and nothing of the other: replace %s', async (replace) => {
    const names = ['One', 'Two'];
    const made = await Promise.allSettled(names.map((name) => run({ name, replace })));
    const done = names.filter((_, i) => made[i]?.status === 'fulfilled');
    if (!replace) expect(done).toHaveLength(1);
    for (const each of made) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(ImportError);
    expect(done).toContain((await readManifest(join(models, 'digits'))).name);
    expect(await filesIn(models)).toEqual(whole);
  });
});
