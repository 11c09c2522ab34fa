import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { byteLength, storedTypes } from '../../src/checkpoint/weight-file.js';
import { writeSafetensors, type NamedTensor } from '../../src/checkpoint/write-safetensors.js';
import { floats, utf8 } from '../support/broken-files/bytes.js';
import { complaint, contents } from '../support/complaint.js';

let folder = '';
let file = '';
beforeEach(async () => {
  await rm(folder, { recursive: true, force: true });
  folder = await mkdtemp(join(tmpdir(), 'write-'));
  file = join(folder, 'weights.safetensors');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const pair: readonly NamedTensor[] = [
  { name: 'a', dtype: 'F32', shape: [2] },
  { name: 'b', dtype: 'U8', shape: [3] },
];
const bytesOf = ({ name }: NamedTensor) => Promise.resolve(name === 'a' ? floats(1, 2) : Uint8Array.of(7, 8, 9));

async function headerOf(path: string): Promise<{ length: number; json: unknown }> {
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  return { length, json: JSON.parse(bytes.toString('utf8', 8, 8 + length)) };
}

describe('safetensors written tensor by tensor', () => {
  it('have a header padded to 8 bytes, then the tensors in their order', async () => {
    await writeSafetensors(file, pair, bytesOf, { format: 'pt' });
    const { length, json } = await headerOf(file);
    expect(length % 8).toBe(0);
    expect(json).toEqual({
      __metadata__: { format: 'pt' },
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      b: { dtype: 'U8', shape: [3], data_offsets: [8, 11] },
    });
    expect([...(await readFile(file)).subarray(8 + length)]).toEqual([...floats(1, 2), 7, 8, 9]);
  });

  it('are read back as they were', async () => {
    const tensor = fc.record({
      name: fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
      dtype: fc.constantFrom(...storedTypes),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 }), async (tensors) => {
        const bytes = (tensor: NamedTensor) =>
          Uint8Array.from({ length: byteLength(tensor) }, (_, i) => i + tensor.name.length);
        await writeSafetensors(file, tensors, (tensor) => Promise.resolve(bytes(tensor)));
        const weights = await openWeights(file);
        const expected = tensors.map((tensor) => [tensor.name, [tensor.dtype, tensor.shape, [...bytes(tensor)]]]);
        expect(Object.fromEntries(await contents(weights))).toEqual(Object.fromEntries(expected));
        await weights.close();
        expect((await headerOf(file)).length % 8).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('are requested one at a time, after the previous one is written', async () => {
    let asked = 0;
    await writeSafetensors(file, pair, async (tensor) => {
      const [part] = await readdir(folder);
      expect(part).toMatch(/^\.weights\.safetensors\.[0-9a-f]{12}\.part$/);
      const written = (await readFile(join(folder, part ?? ''))).length;
      const { length } = (await headerOf(join(folder, part ?? ''))) as { length: number };
      expect(written).toBe(8 + length + (asked++ === 0 ? 0 : 8));
      return bytesOf(tensor);
    });
    expect(asked).toBe(2);
    expect(await readdir(folder)).toEqual(['weights.safetensors']);
  });

  it('replace an existing file at the end', async () => {
    await writeFile(file, 'old');
    await writeSafetensors(file, pair, async (tensor) => {
      expect(await readFile(file, 'utf8')).toBe('old');
      return bytesOf(tensor);
    });
    expect((await openWeights(file)).tensors.size).toBe(2);
  });
});

describe('safetensors that cannot be written', () => {
  it('leave only the previous file if a tensor fails', async () => {
    await writeFile(file, 'old');
    const failure = new Error('no such tensor');
    const write = writeSafetensors(file, pair, (tensor) =>
      tensor.name === 'b' ? Promise.reject(failure) : bytesOf(tensor),
    );
    await expect(write).rejects.toBe(failure);
    expect(await readdir(folder)).toEqual(['weights.safetensors']);
    expect(await readFile(file, 'utf8')).toBe('old');
  });

  it('leave nothing if a tensor has the wrong number of bytes', async () => {
    const message = await complaint(() => writeSafetensors(file, pair, () => Promise.resolve(utf8('12345678'))), file);
    expect(message).toBe('tensor "b" has 8 bytes, expected 3');
    expect(await readdir(folder)).toEqual([]);
  });

  it('are rejected before anything is written, with all problems of the list', async () => {
    const wrong: NamedTensor[] = [
      ...pair,
      { name: 'a', dtype: 'F32', shape: [1] },
      { name: '__metadata__', dtype: 'F32', shape: [1] },
      { name: 'c', dtype: 'F32', shape: [-1] },
    ];
    expect((await complaint(() => writeSafetensors(file, wrong, bytesOf), file)).split('; ')).toEqual([
      'tensor "a" occurs twice',
      'tensor "__metadata__" has a name reserved by the format',
      'tensor "c" has no valid shape',
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('say why if the directory is missing, or a directory has their name', async () => {
    const nowhere = join(folder, 'none', 'weights.safetensors');
    expect(await complaint(() => writeSafetensors(nowhere, pair, bytesOf), nowhere)).toContain('cannot be written');
    expect(await complaint(() => writeSafetensors(folder, pair, bytesOf), folder)).toContain('cannot be written');
    expect(await readdir(folder)).toEqual([]);
  });
});
