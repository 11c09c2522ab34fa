import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { importModel } from '../../src/import/import-model.js';
import { inspectFile } from '../../src/import/inspect-file.js';
import { goldenFile } from '../support/goldens/load.js';
import { editWeights, floatTensor, readTensors, useFolder, writeSharded, writeTensors } from '../support/weights.js';

const folder = useFolder();
const square4 = goldenFile('randar-square4.safetensors');

describe('inspecting a file', () => {
  it('describes a transformer, how to import it, and its content', async () => {
    const lines = await inspectFile(square4);
    expect(lines.slice(0, 8)).toEqual([
      `${square4}: 19 tensors of F32, 113984 values, 455936 bytes`,
      '',
      'RandAR transformer: 2 layers of 64, 50 tokens, 10 classes, 113984 parameters',
      'attention heads: 1 (override with --heads)',
      'cells: 16x16 (override with --grid)',
      `import it with: npx randar import --id NAME --transformer ${square4} --tokenizer FILE --labels FILE`,
      '',
      'cls_embedding.embedding_table.weight F32 [11, 64]',
    ]);
    expect(lines).toHaveLength(7 + 19);
  });

  it('says which options a transformer needs', async () => {
    const path = await editWeights(goldenFile('randar-square8.safetensors'), join(folder(), 'wide'), (tensors) => {
      tensors.set('freqs_cis', floatTensor([1 + 40, 10, 2], new Array<number>(41 * 20).fill(0)));
    });
    const lines = await inspectFile(path);
    expect(lines).toContain('attention heads: unknown; pass --heads');
    expect(lines).toContain('cells: unknown; pass --grid');
    expect(lines.find((line) => line.startsWith('import it'))).toMatch(/--heads N --grid WxH$/);
  });

  it('takes heads and cells from freqs_cis', async () => {
    const path = await editWeights(square4, join(folder(), 'said'), (tensors) => {
      tensors.set('freqs_cis', floatTensor([1 + 16, 16, 2], new Array<number>(17 * 32).fill(0)));
    });
    const lines = await inspectFile(path);
    expect(lines).toContain('attention heads: 2');
    expect(lines).toContain('cells: 4x4');
  });

  it.each([
    ['llamagen-f4.pt', 'llamagen tokenizer: 50 codes of 8 dimensions, 4 x 4'],
    ['llamagen-f8.safetensors', 'llamagen tokenizer: 70 codes of 8 dimensions, 8 x 8'],
    ['maskgit-f4.bin', 'maskgit tokenizer: 40 codes of 24 dimensions, 4 x 4'],
  ])('describes a tokenizer: %s', async (name, says) => {
    const lines = await inspectFile(goldenFile(name));
    expect(lines[2]).toBe(`${says} pixels per cell`);
    expect(lines[3]).toContain(`--transformer FILE --tokenizer ${goldenFile(name)} --labels FILE`);
  });

  it('follows an index of shards', async () => {
    const index = await writeSharded(folder(), await readTensors(square4));
    const lines = await inspectFile(index);
    expect(lines[0]).toBe(`${index}: 19 tensors of F32, 113984 values, 455936 bytes`);
    expect(lines[2]).toContain('RandAR transformer: 2 layers of 64');
  });

  it('explains why a file cannot be imported, and still lists it', async () => {
    const path = await editWeights(square4, join(folder(), 'broken'), (tensors) => {
      tensors.delete('norm.weight');
      tensors.set('\x1b[2J', floatTensor([1], [0]));
    });
    const lines = await inspectFile(path);
    expect(lines[2]).toBe(
      `cannot be imported: ${path}: norm.weight is missing; "\\u001b[2J" is not a parameter of this family`,
    );
    expect(lines.slice(4)).toHaveLength(19);
    expect(lines.join('\n')).not.toContain('\x1b');
  });

  it('reports a model that is already quantized', async () => {
    const labels = join(folder(), 'labels');
    await writeFile(labels, 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj');
    const tokenizer = goldenFile('llamagen-f4.safetensors');
    const options = { id: 'few', models: folder(), transformer: square4, tokenizer, labels } as const;
    await importModel({ ...options, precision: 'int4', replace: false, measure: false }, () => undefined);
    const lines = await inspectFile(join(folder(), 'few', 'transformer.safetensors'));
    expect(lines[2]).toContain('is already quantized to int4');
  });

  it('says which formats it does not match', async () => {
    const path = await writeTensors(join(folder(), 'other'), new Map([['x', floatTensor([1], [0])]]));
    expect((await inspectFile(path))[2]).toMatch(
      /^cannot be imported: not a RandAR or RAR transformer, and .*not a tokenizer/,
    );
    const empty = await writeTensors(join(folder(), 'empty'), new Map());
    expect((await inspectFile(empty))[2]).toMatch(/^cannot be imported: /);
  });

  it('throws if it cannot be read at all', async () => {
    const path = join(folder(), 'text');
    await writeFile(path, 'text');
    await expect(inspectFile(path)).rejects.toThrow(CheckpointError);
    await expect(inspectFile(join(folder(), 'nowhere'))).rejects.toThrow(CheckpointError);
  });
});
