import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { openWeights, readWeights } from '../../src/checkpoint/open-weights.js';
import { memorySource, type Source } from '../../src/checkpoint/source.js';
import { floats, utf8 } from '../support/broken-files/bytes.js';
import { validSafetensors } from '../support/broken-files/safetensors.js';
import { complaint, contents, fileName } from '../support/complaint.js';

const shard = (...names: string[]) =>
  validSafetensors(names.map((name, i) => ({ name, dtype: 'F32', shape: [1], bytes: floats(i) })));

/** An in-memory directory that counts open files. */
function folderOf(files: Readonly<Record<string, Uint8Array>>) {
  const folder = {
    open: 0,
    source: (name: string): Promise<Source> => {
      const bytes = files[name];
      if (!bytes) return Promise.reject(new CheckpointError(`${name}: cannot be read`));
      folder.open++;
      const close = () => {
        folder.open--;
        return Promise.resolve();
      };
      return Promise.resolve({ ...memorySource(name, bytes), close });
    },
  };
  return folder;
}

async function openIndex(index: unknown, files: Readonly<Record<string, Uint8Array>> = {}) {
  const folder = folderOf({ ...files, [fileName]: utf8(JSON.stringify(index)) });
  try {
    return { folder, weights: await readWeights(await folder.source(fileName), folder.source) };
  } catch (error) {
    expect(folder.open, 'files left open').toBe(0);
    throw error;
  }
}

const two = { 'one.safetensors': shard('a', 'b'), 'two.safetensors': shard('c') };

describe('the index of sharded safetensors', () => {
  it('gives the tensors of all shards in its order, and closes them all', async () => {
    const { folder, weights } = await openIndex(
      {
        metadata: { total_size: 12 },
        weight_map: { c: 'two.safetensors', a: 'one.safetensors', b: 'one.safetensors' },
      },
      two,
    );
    expect(weights.file).toBe(fileName);
    expect([...(await contents(weights))]).toEqual([
      ['c', ['F32', [1], [...floats(0)]]],
      ['a', ['F32', [1], [...floats(0)]]],
      ['b', ['F32', [1], [...floats(1)]]],
    ]);
    expect(await complaint(() => weights.bytes('d'))).toBe('has no tensor "d"');
    await weights.close();
    expect(folder.open).toBe(0);
  });

  it('is opened with the files of its folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sharded-'));
    try {
      for (const [name, bytes] of Object.entries(two)) await writeFile(join(folder, name), bytes);
      const index = join(folder, 'model.safetensors.index.json');
      const weightMap = { a: 'one.safetensors', b: 'one.safetensors', c: 'two.safetensors' };
      await writeFile(index, JSON.stringify({ weight_map: weightMap }, null, 2));
      const weights = await openWeights(index);
      expect([...weights.tensors.keys()]).toEqual(['a', 'b', 'c']);
      await weights.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('that contradicts its shards is rejected with every missing, duplicate and extra tensor', async () => {
    const files = { 'one.safetensors': shard('a', 'twice', 'stray'), 'two.safetensors': shard('twice') };
    const weightMap = { a: 'one.safetensors', gone: 'two.safetensors', twice: 'two.safetensors' };
    const message = await complaint(() => openIndex({ weight_map: weightMap }, files));
    expect(message.split('; ')).toEqual([
      'tensor "twice" of "one.safetensors" belongs in "two.safetensors"',
      'tensor "stray" of "one.safetensors" is not in the index',
      'tensor "gone" is missing from "two.safetensors"',
    ]);
  });

  it('is refused with every shard that is missing or broken', async () => {
    const files = { 'one.safetensors': shard('a'), 'broken.safetensors': shard('b').subarray(0, -1) };
    const weightMap = { a: 'one.safetensors', b: 'broken.safetensors', c: 'none.safetensors' };
    const message = await complaint(() => openIndex({ weight_map: weightMap }, files));
    expect(message).toContain('broken.safetensors: tensor "b" needs 4 bytes');
    expect(message).toContain('none.safetensors: cannot be read');
  });

  it.each(['../one.safetensors', '/etc/passwd', 'a/b', 'a\\b', '..', '.', '', 'C:x', 'a\0b', 7, null, ['one']])(
    'that names %j is refused: shards lie in its own folder',
    async (name) => {
      const message = await complaint(() => openIndex({ weight_map: { a: name } }, two));
      expect(message).toContain('expected the name of a file in the same directory');
    },
  );

  it('with too many shards to open at once is rejected before any is opened', async () => {
    const weightMap = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`t${i}`, `${i}.safetensors`]));
    expect(await complaint(() => openIndex({ weight_map: weightMap }))).toContain(
      'it names 300 files, expected at most 256',
    );
  });

  it.each([{}, { weight_map: [] }, { weight_map: null }, { weight_map: 'x' }, { model_type: 'gpt2' }])(
    'is not %j',
    async (json) => {
      expect(await complaint(() => openIndex(json))).toContain('an object "weight_map"');
    },
  );

  it('names no index as a shard', async () => {
    const message = await complaint(() => openIndex({ weight_map: { a: fileName } }));
    expect(message).toContain('not a safetensors file');
  });
});
