import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { ImportError, type ImportOptions } from '../../src/import/import-options.js';
import { importModel } from '../../src/import/import-model.js';
import { inspectFile } from '../../src/import/inspect-file.js';
import { verifyModel } from '../../src/import/verify-model.js';
import { readManifest } from '../../src/model/manifest.js';
import { loadRar } from '../../src/family/rar/transformer.js';
import { goldenFile, onOneThread } from '../support/goldens/load.js';
import { rarFile, rarGrid } from '../support/goldens/rar.js';
import { editWeights, filesIn, useFolder, withNaN, type Tensor, type Tensors } from '../support/weights.js';

const folder = useFolder();
let models: string;
let labels: string;
beforeAll(async () => {
  models = join(folder(), 'models');
  labels = join(folder(), 'labels.txt');
  await writeFile(labels, Array.from({ length: 9 }, (_, i) => `Thing ${i}`).join('\n'));
});
beforeEach(async () => {
  await rm(models, { recursive: true, force: true });
  await mkdir(models);
});

const run = (more: Partial<ImportOptions> = {}) =>
  importModel(
    {
      id: 'things',
      models,
      transformer: rarFile,
      tokenizer: goldenFile('maskgit-f4.bin'),
      labels,
      precision: 'fp32',
      replace: false,
      measure: true,
      ...more,
    },
    () => undefined,
  );

const things = () => join(models, 'things');

async function refusal(more: Partial<ImportOptions>): Promise<string> {
  const error: unknown = await run(more).catch((caught: unknown) => caught);
  expect(await filesIn(models)).toEqual([]);
  if (error instanceof Error) return error.message;
  throw new Error('it was imported');
}

const edited = (name: string, edit: (tensors: Tensors) => void) => editWeights(rarFile, join(folder(), name), edit);

describe('an import of RAR', () => {
  it('is recognised by its parameters, with heads and grid from their shapes', async () => {
    const summary = await run();
    expect(summary).toMatchObject({
      family: 'rar',
      shape: { layers: 2, dimension: 64, heads: 4, vocabulary: 40, classes: 9, cells: 64, parameters: 289_256 },
      tokenizerFamily: 'maskgit',
      grid: { width: 8, height: 8 },
    });
    const manifest = await readManifest(things());
    expect(manifest).toMatchObject({
      family: 'rar',
      transformer: { heads: 4 },
      defaults: { steps: 64, guidance: { start: 4, end: 4, curve: 'linear', power: 1 }, temperature: 1 },
    });
    expect(manifest.transformer.anyOrder).toBeUndefined();
  });

  it('allows any order if told so', async () => {
    await run({ anyOrder: true });
    expect((await readManifest(things())).transformer.anyOrder).toBe(true);
  });

  it('measures the error of a precision, which grows with fewer bits', async () => {
    const errors: number[] = [];
    const bytes: number[] = [];
    for (const precision of ['fp16', 'int8', 'int4'] as const) {
      const { divergence } = await run({ precision, replace: true });
      expect((await readManifest(things())).transformer.divergence).toBe(divergence);
      errors.push(divergence ?? NaN);
      const path = join(things(), 'transformer.safetensors');
      bytes.push((await stat(path)).size);
      const rar = await loadRar(path, 4, rarGrid, onOneThread);
      expect(rar.precision).toBe(precision);
      await rar.session.close();
    }
    const [fp16 = NaN, int8 = NaN, int4 = NaN] = errors;
    expect(fp16).toBeLessThan(1e-4);
    expect(int8).toBeGreaterThan(fp16);
    expect(int8).toBeLessThan(0.2);
    expect(int4).toBeGreaterThan(int8);
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
  });

  it('stores fp32 unchanged', async () => {
    await run({ measure: false });
    const written = await openWeights(join(things(), 'transformer.safetensors'));
    const source = await openWeights(rarFile);
    expect(new Set(written.tensors.keys())).toEqual(new Set(source.tensors.keys()));
    for (const name of source.tensors.keys()) {
      expect(Buffer.from(await written.bytes(name)).equals(await source.bytes(name)), name).toBe(true);
    }
    await Promise.all([written.close(), source.close()]);
  });

  it('passes the self-check', async () => {
    await run();
    const checks = await verifyModel(await readManifest(things()));
    const cache = checks.find(({ name }) => name === 'cache');
    expect(cache).toMatchObject({ isGood: true });
    expect(checks.find(({ name }) => name === 'speed')?.result).toMatch(/ms per step, 64 steps/);
  });

  it('is inspected with the options it needs', async () => {
    const lines = await inspectFile(rarFile);
    expect(lines.slice(2, 6)).toEqual([
      'RAR transformer: 2 layers of 64, 40 tokens, 9 classes, 289256 parameters',
      'attention heads: 4',
      'cells: 8x8',
      `import it with: npx randar import --id NAME --transformer ${rarFile} --tokenizer FILE --labels FILE`,
    ]);
  });
});

describe('an import of RAR is refused', () => {
  it.each<[string, Partial<ImportOptions>, RegExp]>([
    [
      'other heads than its norms are for',
      { heads: 8 },
      /^--heads: blocks\.0\.attn\.q_norm\.weight of .*rar-square8\.bin implies 4 attention heads, got 8: omit the option$/,
    ],
    [
      'a grid of other cells',
      { grid: { width: 16, height: 16 } },
      /^--grid: pos_embed of .* implies 64 cells, got 16x16/,
    ],
    ['labels of other classes', { labels: 'imagenet' }, /^--labels: 1000 labels, but the transformer has 9 classes$/],
    [
      'a tokenizer of another model',
      { tokenizer: goldenFile('llamagen-f4.pt') },
      /llamagen-f4\.pt has 50 codes, .*rar-square8\.bin 40 tokens: they do not belong together$/,
    ],
    [
      'any order of weights that follow it anyway',
      { transformer: goldenFile('randar-square4.safetensors'), anyOrder: true },
      /--any-order: .*randar-square4\.safetensors is a RandAR model, and these support any order: omit the option/,
    ],
  ])('for %s', async (_, more, says) => {
    expect(await refusal(more)).toMatch(says);
  });

  it('for all problems of its file at once', async () => {
    const transformer = await edited('broken', (tensors) => {
      tensors.delete('blocks.0.attn.q_norm.weight');
      tensors.delete('lm_head.bias');
      tensors.set('ema.step', tensors.get('cls_token') as Tensor);
    });
    const message = await refusal({ transformer });
    expect(message).toContain('blocks.0.attn.q_norm.weight is missing');
    expect(message).toContain('lm_head.bias is missing');
    expect(message).toContain('ema.step is not a parameter of this family');
  });

  it('for a NaN anywhere', async () => {
    for (const name of ['lm_head.bias', 'timesteps_embeddings', 'blocks.1.adaLN_modulation.1.weight']) {
      const transformer = await edited('nan', (tensors) => {
        tensors.set(name, withNaN(tensors.get(name) as Tensor));
      });
      expect(await refusal({ transformer, precision: 'int8' })).toContain(`${name} contains NaN or infinite values`);
    }
  });

  it('if it is already quantized', async () => {
    await run({ precision: 'int4', measure: false });
    const few = join(folder(), 'few.safetensors');
    await writeFile(few, await readFile(join(things(), 'transformer.safetensors')));
    await rm(things(), { recursive: true });
    expect(await refusal({ transformer: few })).toMatch(
      /few\.safetensors is already quantized to int4 \(blocks\.0\.attn\.qkv\.weight\)/,
    );
  });
});

it('a rejected import lists the unknown parameters', async () => {
  const other = await editWeights(rarFile, join(folder(), 'other'), (tensors) => {
    for (const name of [...tensors.keys()]) if (name !== 'cls_token') tensors.delete(name);
  });
  const message = await refusal({ transformer: other });
  expect(message).toMatch(/other is not a supported transformer: it has neither tok_embeddings\.weight \(RandAR\) nor/);
  expect(await run({ transformer: other }).catch((error: unknown) => error)).toBeInstanceOf(ImportError);
});
