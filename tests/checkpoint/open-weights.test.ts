import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWeights, readWeights } from '../../src/checkpoint/open-weights.js';
import { memorySource } from '../../src/checkpoint/source.js';
import { floats, join as joinBytes, little, utf8, type Part } from '../support/broken-files/bytes.js';
import { safetensorsOf, validSafetensors } from '../support/broken-files/safetensors.js';
import { dict, pickleOf, tensor, text, torchFile } from '../support/broken-files/torch.js';
import { complaint, contents, fileName, opened } from '../support/complaint.js';

const safetensors = validSafetensors([{ name: 'x', dtype: 'F32', shape: [2], bytes: floats(1, 2) }]);
const torch = torchFile(pickleOf(dict(text('x'), tensor())), { 0: floats(1, 2) });
const x = [['x', ['F32', [2], [...floats(1, 2)]]]];

describe('weights', () => {
  it('are recognised by content, not by file name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weights-'));
    try {
      await writeFile(join(folder, 'a.pt'), safetensors);
      await writeFile(join(folder, 'b.safetensors'), torch);
      await writeFile(join(folder, 'c.bin'), JSON.stringify({ weight_map: { x: 'a.pt' } }));
      for (const name of ['a.pt', 'b.safetensors', 'c.bin']) {
        const weights = await openWeights(join(folder, name));
        expect(weights.file).toBe(join(folder, name));
        expect([...(await contents(weights))]).toEqual(x);
        await weights.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('are recognised however long a safetensors header is', async () => {
    // Lengths that start like JSON and like a zip.
    for (const padding of [0x7b, 0x7b22, 0x4b50]) {
      const json = '{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}';
      const weights = await opened(safetensorsOf(json.padEnd(padding)));
      expect([...weights.tensors.keys()]).toEqual(['x']);
    }
  });

  const legacy = joinBytes('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.');
  it.each<[string, Part, string]>([
    ['torch before 1.6', legacy, 'torch.save(torch.load(FILE, map_location="cpu", weights_only=True), NEW)'],
    ['a bare pickle', pickleOf('}'), 'a bare pickle'],
    ['nothing', '', 'it is empty'],
    ['one byte', 'x', 'expected safetensors, an index of safetensors files, or a torch.save file'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\n', '`git lfs pull`'],
    ['a web page', '<!DOCTYPE html><html>', 'it is a web page: was the download refused?'],
    ['GGUF', 'GGUF\x03\0\0\0', 'it is GGUF'],
    ['HDF5', '\x89HDF\r\n\x1a\n', 'it is HDF5 (Keras): save the weights as safetensors'],
    ['NumPy', '\x93NUMPY\x01\0', 'it is a NumPy array'],
    ['gzip', '\x1f\x8b\x08', 'it is compressed with gzip'],
    ['tar', `${'\0'.repeat(257)}ustar${'\0'.repeat(250)}`, 'it is a tar archive'],
    ['JSON that is cut off', '{"weight_map": {', 'starts like JSON, but is not valid JSON'],
    ['JSON nested without end', '{"a":'.repeat(100_000), 'starts like JSON, but is not valid JSON'],
    ['other JSON', '\n {"architectures": []}', 'not an index of safetensors files'],
    ['JSON above 4 MiB', `{${' '.repeat(2 ** 22)}}`, 'expected at most 4194304'],
    ['a header of 2^64 - 1 bytes', joinBytes(little(-1, 8), '{}'), 'not a supported weights file'],
    ['a header of 2^39 bytes', joinBytes(little(2 ** 39, 8), '{}'), 'its header claims 549755813888 bytes'],
  ])('are not in %s, and the error says what to do', async (_, content, what) => {
    expect(await complaint(() => opened(joinBytes(content)))).toContain(what);
  });

  it('that cannot be opened leave no file open', async () => {
    for (const bytes of [
      utf8('x'),
      utf8('{}'),
      safetensors.subarray(0, -1),
      torch.subarray(0, -1),
      new Uint8Array(0),
    ]) {
      let closed = 0;
      const close = () => {
        closed++;
        return Promise.resolve();
      };
      const source = { ...memorySource(fileName, bytes), close };
      await complaint(() => readWeights(source, () => Promise.reject(new Error('no shard is asked for'))));
      expect(closed).toBe(1);
    }
  });
});
