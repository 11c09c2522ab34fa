import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource, memorySource, type Source } from '../../src/checkpoint/source.js';
import { complaint } from '../support/complaint.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const digits = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

describe.each<[string, () => Promise<Source>]>([
  ['in memory', () => Promise.resolve(memorySource('digits', digits))],
  [
    'of a file',
    async () => {
      await writeFile(join(folder, 'digits'), digits);
      return fileSource(join(folder, 'digits'));
    },
  ],
])('a source %s', (_, openDigits) => {
  it('returns bytes from any offset, in new memory', async () => {
    const source = await openDigits();
    expect(source.size).toBe(10);
    const bytes = await source.read(3, 4);
    expect([...bytes]).toEqual([3, 4, 5, 6]);
    expect(bytes.buffer.byteLength).toBe(4);
    bytes.fill(0);
    expect([...(await source.read(0, 10))]).toEqual([...digits]);
    expect([...(await source.read(10, 0))]).toEqual([]);
    await source.close();
  });

  it('rejects reads beyond its end before allocating memory', async () => {
    const source = await openDigits();
    const ranges: [number, number][] = [
      [0, 11],
      [10, 1],
      [2 ** 60, 2 ** 60],
      [0, 2 ** 53],
      [-1, 4],
      [4, -1],
      [NaN, 1],
    ];
    for (const [offset, length] of ranges) {
      expect(await complaint(() => source.read(offset, length), source.name)).toContain('the file ends early');
    }
    await source.close();
  });
});

describe('a source of a file', () => {
  it('splits reads that are too large for one call', async () => {
    const path = join(folder, 'pieces');
    await writeFile(path, digits);
    const source = await fileSource(path, 3);
    expect([...(await source.read(1, 8))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await source.close();
  });

  it('reads beyond 4 GiB', async () => {
    const path = join(folder, 'large');
    const handle = await open(path, 'w');
    await handle.write(Uint8Array.of(5, 6, 7), 0, 3, 2 ** 32 + 10);
    await handle.close();
    const source = await fileSource(path);
    expect(source.size).toBe(2 ** 32 + 13);
    expect([...(await source.read(2 ** 32 + 9, 4))]).toEqual([0, 5, 6, 7]);
    await source.close();
  });

  it('reports where a truncated file ends', async () => {
    const path = join(folder, 'shrinking');
    await writeFile(path, digits);
    const source = await fileSource(path);
    await truncate(path, 4);
    expect(await complaint(() => source.read(2, 6), path)).toBe('cannot be read: the file ends early, at byte 4');
    await source.close();
  });

  it('is rejected if there is no regular file: nothing, a directory, a pipe without a writer', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await complaint(() => fileSource(join(folder, 'none')), join(folder, 'none'))).toContain('cannot be read');
    for (const path of [folder, pipe]) {
      expect(await complaint(() => fileSource(path), path)).toBe('cannot be read: it is not a file');
    }
  });
});
