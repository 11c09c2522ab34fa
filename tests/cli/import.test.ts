import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenFile } from '../support/goldens/load.js';
import { builtInModels } from '../support/goldens/models.js';
import { editWeights, filesIn, useFolder } from '../support/weights.js';
import { post } from '../support/server.js';
import { begin, main, randar, serve } from '../support/cli.js';

const folder = useFolder();
let models: string;
beforeAll(async () => {
  models = join(folder(), 'models');
  await mkdir(models);
});

const emoji = (id: string): string[] => {
  const [transformer, tokenizer, labels] = ['transformer.safetensors', 'tokenizer.safetensors', 'labels.json'].map(
    (name) => join(builtInModels, 'emoji', name),
  ) as [string, string, string];
  const files = ['--transformer', transformer, '--tokenizer', tokenizer, '--labels', labels];
  return ['import', '--id', id, ...files, '--models', models];
};

const small = (id: string): string[] => {
  const files = [
    '--transformer',
    goldenFile('randar-square4.safetensors'),
    '--tokenizer',
    goldenFile('llamagen-f4.pt'),
  ];
  return ['import', '--id', id, ...files, '--heads', '2', '--grid', '4x4', '--models', models];
};

describe('randar import', () => {
  it('creates a model that can be listed, verified and served', async () => {
    const made = await randar([...emoji('faces'), '--name', 'Faces']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const lines = made.stdout.split('\n').map((line) => line.trimEnd());
    expect(lines.slice(0, 5)).toEqual([
      `model        ${join(models, 'faces')}`,
      'transformer  RandAR, 7.5 M parameters: 8 layers of 256, 4 heads',
      'tokens       2048, llamagen tokenizer, 16 x 16 cells',
      'labels       80',
      'precision    int8, 8.2 MB',
    ]);
    expect(lines[5]).toMatch(/^error {8}KL divergence \d\.\de-\d$/);
    expect(lines[6]).toMatch(/^time {9}\d+\.\d s, peak memory \d+\.\d MB$/);
    expect(lines.slice(7)).toEqual(['', 'Serve it with npm start; check it with npx randar verify faces.', '']);

    const listed = await randar(['models', '--models', models]);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toBe('faces  Faces  randar  16x16 cells  80 labels  llamagen tokenizer\n');

    const verified = await randar(['verify', 'faces', '--models', models]);
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    const checks = verified.stdout.trimEnd().split('\n');
    expect(checks.map((line) => line.split(':')[0])).toEqual(
      ['tokenizer', 'cache', 'precision', 'speed'].map((name) => `ok   ${name}`),
    );

    const { url } = await serve(['--port', '0', '--models', models]);
    const { data } = await post<{ model: object }>(url, '{ model(id: "faces") { name precision vocabularySize } }');
    expect(data?.model).toEqual({ name: 'Faces', precision: 'int8', vocabularySize: 2048 });
  });

  it.each<[string, () => string[] | Promise<string[]>, RegExp]>([
    [
      'an id that is taken',
      () => emoji('faces'),
      /^randar: --id: model "faces" already exists at .*; use --replace to replace it$/,
    ],
    [
      'labels of another number',
      () => small('new'),
      /^randar: --labels: 1000 labels, but the transformer has 10 classes$/,
    ],
    [
      'a precision that is none',
      () => [...small('new'), '--precision', 'int5'],
      /^error: .*'int5' is invalid. Allowed choices are fp32, fp16, int8, int4\.$/,
    ],
    [
      'a grid that is none',
      () => [...small('new'), '--grid', '16'],
      /^error: .* Expected width x height in cells, 1 to 64 each, such as 16x16\.$/,
    ],
    [
      'weights with faults, all of them at once',
      async () => {
        const path = await editWeights(
          goldenFile('randar-square4.safetensors'),
          join(folder(), 'faulty.safetensors'),
          (tensors) => {
            tensors.delete('norm.weight');
            tensors.delete('pos_instruct_embeddings');
          },
        );
        return [...small('new'), '--transformer', path];
      },
      /^randar: .*faulty\.safetensors: pos_instruct_embeddings is missing; norm\.weight is missing$/,
    ],
    [
      'a file that is not there',
      () => [...small('new'), '--tokenizer', 'nowhere.pt'],
      /^randar: nowhere\.pt: cannot be read: ENOENT: /,
    ],
  ])('fails with one line and leaves nothing: %s', async (_, args, says) => {
    const before = await filesIn(models);
    const { code, stdout, stderr } = await randar(await args());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(says);
    expect(await filesIn(models)).toEqual(before);
  });

  it('leaves nothing if the disk is full', async () => {
    const before = await filesIn(models);
    // Shells count in units of 512 or 1024 bytes: files are limited to 2 MiB at most, and the transformer needs 8.
    const script = 'ulimit -f 2048; exec "$@"';
    const run = promisify(execFile)('sh', ['-c', script, 'sh', process.execPath, main, ...emoji('large')]);
    const error = (await run.catch((caught: unknown) => caught)) as { code: number; stdout: string; stderr: string };
    expect([error.code, error.stdout]).toEqual([1, '']);
    expect(error.stderr).toMatch(/^randar: \S+transformer\.safetensors: cannot be written: EFBIG: [^\n]+\n$/);
    expect(await filesIn(models)).toEqual(before);
  });

  it('leaves nothing if stopped by a signal', async () => {
    const before = await filesIn(models);
    const watcher = watch(models);
    const begun = once(watcher, 'change');
    const { kill, ended } = begin(emoji('stopped'));
    const [, name] = (await begun) as [string, string];
    expect(name).toMatch(/^\.stopped\.\w+\.part$/);
    kill('SIGINT');
    expect(await ended).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'randar: import cancelled; no files were left behind\n',
    });
    watcher.close();
    expect(await filesIn(models)).toEqual(before);
  });
});

describe('randar inspect', () => {
  it('prints the content of a file and how to import it', async () => {
    const path = goldenFile('maskgit-f4.bin');
    const { code, stdout, stderr } = await randar(['inspect', path]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`${path}: 114 tensors of F32, 1050139 values, 4200556 bytes`);
    expect(lines).toContain('maskgit tokenizer: 40 codes of 24 dimensions, 4 x 4 pixels per cell');
    expect(stdout).toMatch(/quantize\.embedding\.weight +F32 \[40, 24\]/);
  });

  it('says in one line what is wrong with a broken file', async () => {
    const path = join(folder(), 'broken.pt');
    const whole = await readFile(goldenFile('llamagen-f4.pt'));
    await writeFile(path, whole.subarray(0, -100));
    const { code, stdout, stderr } = await randar(['inspect', path]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^randar: \S+broken\.pt: [^\n]+\n$/);
  });
});

describe('randar verify', () => {
  it('reports what is wrong, and fails', async () => {
    const path = join(models, 'faces', 'tokenizer.safetensors');
    await editWeights(path, path, (tensors) => {
      const name = 'encoder.conv_in.weight';
      const tensor = tensors.get(name);
      if (tensor) tensors.set(name, { ...tensor, bytes: new Uint8Array(tensor.bytes.length) });
    });
    const { code, stdout, stderr } = await randar(['verify', 'faces', '--models', models]);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^BAD {2}tokenizer: /);
    expect(stdout).toMatch(/^ok {3}cache: /m);
  });

  it('reports an unknown model', async () => {
    const { code, stdout, stderr } = await randar(['verify', 'dogs', '--models', models]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^randar: cannot read \S+dogs\/model\.json \(ENOENT[^\n]+\)\n$/);
  });
});
