import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelError, readManifest, readManifests } from '../../src/model/manifest.js';
import { builtInModels, writeGoldenModel } from '../support/goldens/models.js';

let models: string;
let folder: string;

beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'randar-manifest-'));
  folder = await writeGoldenModel(models, 'square4');
});
afterEach(() => rm(models, { recursive: true }));

type Json = Record<string, unknown>;

async function change(file: string, edit: (json: Json) => unknown): Promise<void> {
  const path = join(folder, file);
  const json = JSON.parse(await readFile(path, 'utf8')) as Json;
  await writeFile(path, JSON.stringify(edit(json)));
}

describe('a model directory', () => {
  it('is read with its labels and defaults', async () => {
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({ id: 'square4', grid: { width: 4, height: 4 }, license: null });
    expect(manifest.defaults).toMatchObject({ topK: 0, topP: 1 });
    expect(manifest.labelList).toHaveLength(10);
    expect(manifest.labelList[3]).toEqual({ index: 3, name: 'class-3', title: 'Class 3', symbol: null });
  });

  it.each<[string, Json, string]>([
    ['another family', { family: 'other' }, 'family: '],
    [
      'another family of tokenizers',
      { tokenizer: { file: 'tokenizer.safetensors', family: 'taming' } },
      'tokenizer.family: ',
    ],
    ['a missing name', { name: undefined }, 'name: '],
    ['a field that nobody knows', { grdi: 1 }, 'grdi'],
    ['a grid without height', { grid: { width: 4 } }, 'grid.height: '],
    ['a grid that is too large', { grid: { width: 65, height: 4 } }, 'grid.width: '],
    ['a file elsewhere', { transformer: { file: '../secret', heads: 2 } }, 'transformer.file: '],
    ['a file that is not there', { transformer: { file: 'other.safetensors', heads: 2 } }, 'other.safetensors'],
    [
      'float weights that are not there',
      { transformer: { file: 'transformer.safetensors', heads: 2, floats: 'floats.safetensors' } },
      'floats.safetensors',
    ],
    [
      'a temperature out of range',
      { defaults: { steps: 8, guidance: { start: 1, end: 4 }, temperature: 11 } },
      'defaults.temperature: ',
    ],
    [
      'more steps than cells',
      { defaults: { steps: 17, guidance: { start: 1, end: 4 }, temperature: 1 } },
      'defaults.steps: expected at most 16 (the number of cells), got 17',
    ],
  ])('is refused for %s', async (_, edit, says) => {
    await change('model.json', (json) => ({ ...json, ...edit }));
    const error = await readManifest(folder).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ModelError);
    expect((error as ModelError).message).toContain(join(folder, 'model.json'));
    expect((error as ModelError).message).toContain(says);
  });

  const rar = (more: Json = {}) => ({
    family: 'rar',
    defaults: { steps: 16, guidance: { start: 1, end: 16, curve: 'cosine', power: 2.75 }, temperature: 1 },
    ...more,
  });

  it('may be of RAR, with a curve of guidance and weights that follow any order', async () => {
    const transformer = { file: 'transformer.safetensors', heads: 2, anyOrder: true };
    await change('model.json', (json) => ({ ...json, ...rar({ transformer }) }));
    expect(await readManifest(folder)).toMatchObject(rar({ transformer }));
  });

  it('has linear guidance by default', async () => {
    expect((await readManifest(folder)).defaults.guidance).toEqual({ start: 1, end: 4, curve: 'linear', power: 1 });
  });

  it.each<[string, Json, string]>([
    [
      'fewer steps than cells of a family that decodes one by one',
      rar({ defaults: { steps: 8, guidance: { start: 1, end: 4 }, temperature: 1 } }),
      'defaults.steps: expected 16, got 8: models of the family "rar" decode one cell per step',
    ],
    [
      'any order of a family that has no other weights',
      { transformer: { file: 'transformer.safetensors', heads: 2, anyOrder: true } },
      'transformer.anyOrder: models of the family "randar" support any order: remove this field',
    ],
    [
      'a curve that nobody knows',
      rar({ defaults: { steps: 16, guidance: { start: 1, end: 4, curve: 'sine' }, temperature: 1 } }),
      'defaults.guidance.curve: ',
    ],
    [
      'a power out of range',
      rar({ defaults: { steps: 16, guidance: { start: 1, end: 4, power: -1 }, temperature: 1 } }),
      'defaults.guidance.power: ',
    ],
  ])('is refused for %s', async (_, edit, says) => {
    await change('model.json', (json) => ({ ...json, ...edit }));
    await expect(readManifest(folder)).rejects.toThrow(says);
  });

  it('is refused for all of its problems at once', async () => {
    await change('model.json', (json) => ({ ...json, name: '', family: 'x' }));
    await expect(readManifest(folder)).rejects.toThrow(/name: .*family: /);
  });

  it('is rejected if model.json is missing or not JSON', async () => {
    await writeFile(join(folder, 'model.json'), '{');
    await expect(readManifest(folder)).rejects.toThrow('is not JSON');
    await rm(join(folder, 'model.json'));
    await expect(readManifest(folder)).rejects.toThrow('cannot read');
  });

  it.each<[string, unknown, string]>([
    ['no list', {}, 'the file: '],
    ['an index twice', [label(0, 'a'), label(0, 'b')], 'label 1: expected index 1, got 0'],
    ['a name twice', [label(0, 'a'), label(1, 'a')], 'duplicate name "a"'],
    ['a name with spaces', [label(0, 'a b')], '0.name: '],
  ])('is refused for labels with %s', async (_, labels, says) => {
    await writeFile(join(folder, 'labels.json'), JSON.stringify(labels));
    await expect(readManifest(folder)).rejects.toThrow(says);
  });
});

describe('the models directory', () => {
  it('gives every directory in it, by name', async () => {
    await writeGoldenModel(models, 'square8');
    await writeFile(join(models, 'README.md'), 'not a model');
    expect((await readManifests(models)).map(({ id }) => id)).toEqual(['square4', 'square8']);
  });

  it('is rejected if empty or missing', async () => {
    await rm(folder, { recursive: true });
    await expect(readManifests(models)).rejects.toThrow('contains no models');
    await expect(readManifests(join(models, 'nowhere'))).rejects.toThrow('cannot read');
  });

  it('of this package is valid', async () => {
    const [emoji] = await readManifests(builtInModels);
    expect(emoji?.id).toBe('emoji');
    expect(emoji?.license).toContain('Noto Emoji');
  });
});

function label(index: number, name: string): Json {
  return { index, name, title: name };
}
