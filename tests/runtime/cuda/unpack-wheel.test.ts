import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackWheel } from '../../../src/runtime/cuda/unpack-wheel.js';
import { wheels, type Wheel } from '../../../src/runtime/cuda/wheels.js';
import { zipOf } from '../../support/broken-files/zip.js';
import { utf8 } from '../../support/broken-files/bytes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const [pinned] = wheels;

/** A wheel of these files, and how it is pinned. */
function wheelOf(files: Record<string, string>): { path: string; wheel: Wheel } {
  if (!pinned) throw new Error('no wheel is pinned');
  const bytes = zipOf(Object.entries(files).map(([name, text]) => ({ name, bytes: utf8(text) })));
  const path = join(temporaryFolder('wheel'), 'made.whl');
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, wheel: { ...pinned, file: 'made.whl', bytes: bytes.length, sha256 } };
}

const folder = () => temporaryFolder('unpacked');

describe('unpacking a wheel', () => {
  it('writes the libraries that are wanted, flat, and nothing else', async () => {
    const { path, wheel } = wheelOf({
      'nvidia/cu13/lib/libcudart.so.13': 'the library',
      'nvidia/cu13/lib/libcudart_static.a': 'for linkers',
      'nvidia/cu13/include/libcudart.so.13': 'elsewhere',
      'nvidia/cu13/lib/deeper/libcudart.so.13': 'deeper',
    });
    const to = folder();
    const told: unknown[] = [];
    await unpackWheel(path, wheel, to, (...progress) => told.push(progress));
    expect(readdirSync(to)).toEqual(['libcudart.so.13']);
    expect(readFileSync(join(to, 'libcudart.so.13'), 'utf8')).toBe('the library');
    expect(told).toEqual([['libcudart.so.13', 11, 11]]);
  });

  it.each([
    ['another content', (bytes: Buffer) => bytes.fill(1, 70, 71)],
    ['another length', (bytes: Buffer) => bytes.subarray(1)],
  ])('refuses a file with %s, says what was expected, and writes nothing', async (_, change) => {
    const { path, wheel } = wheelOf({ 'nvidia/cu13/lib/libcudart.so.13': 'the library' });
    writeFileSync(path, change(readFileSync(path)));
    const to = folder();
    const unpacked = unpackWheel(path, wheel, to, () => undefined);
    await expect(unpacked).rejects.toThrow(`${path} is not the expected made.whl`);
    await expect(unpacked).rejects.toThrow(wheel.sha256);
    expect(readdirSync(to)).toEqual([]);
  });

  it('leaves no part of a library behind where it cannot be read to its end', async () => {
    const { path, wheel } = wheelOf({});
    const entry = { name: 'nvidia/cu13/lib/libcudart.so.13', bytes: utf8('not deflated'), method: 8 };
    const bytes = zipOf([entry]);
    writeFileSync(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const to = folder();
    await expect(unpackWheel(path, { ...wheel, bytes: bytes.length, sha256 }, to, () => undefined)).rejects.toThrow();
    expect(readdirSync(to)).toEqual([]);
  });
});
