import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, withSafetensors } from '../../src/checkpoint/safetensors-file.js';
import { memorySource } from '../../src/checkpoint/source.js';
import { floats, join, little } from '../support/broken-files/bytes.js';
import { safetensorsOf, validSafetensors } from '../support/broken-files/safetensors.js';
import { complaint, contents, fileName } from '../support/complaint.js';

const open = (bytes: Uint8Array) => openSafetensors(memorySource(fileName, bytes));
const four = new Uint8Array(4);
const entry = (change: Record<string, unknown>) => ({
  x: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...change },
});

describe('a valid file', () => {
  it('gives all its tensors as they lie in it, of any type, shape and alignment', async () => {
    const weights = await open(
      validSafetensors([
        { name: 'half', dtype: 'F16', shape: [1], bytes: Uint8Array.of(1, 2) },
        { name: 'whole', dtype: 'F32', shape: [2], bytes: floats(1.5, -2) },
        { name: 'none', dtype: 'F64', shape: [0, 3], bytes: new Uint8Array(0) },
        { name: 'scalar', dtype: 'BF16', shape: [], bytes: Uint8Array.of(3, 4) },
        { name: '__proto__', dtype: 'I64', shape: [1], bytes: little(-5, 8) },
        { name: 'flags', dtype: 'BOOL', shape: [3], bytes: Uint8Array.of(1, 0, 1) },
      ]),
    );
    expect([...(await contents(weights))]).toEqual([
      ['half', ['F16', [1], [1, 2]]],
      ['whole', ['F32', [2], [...floats(1.5, -2)]]],
      ['none', ['F64', [0, 3], []]],
      ['scalar', ['BF16', [], [3, 4]]],
      ['__proto__', ['I64', [1], [...little(-5, 8)]]],
      ['flags', ['BOOL', [3], [1, 0, 1]]],
    ]);
  });

  it('may list its tensors in another order than they lie in', async () => {
    const header = {
      second: { dtype: 'U8', shape: [1], data_offsets: [1, 2] },
      first: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    };
    const weights = await open(safetensorsOf(header, Uint8Array.of(1, 2)));
    expect([...(await weights.bytes('second'))]).toEqual([2]);
    expect([...(await weights.bytes('first'))]).toEqual([1]);
  });

  it('is read tensor by tensor, the header first', async () => {
    const file = validSafetensors([
      { name: 'a', dtype: 'F32', shape: [1], bytes: four },
      { name: 'b', dtype: 'F32', shape: [100], bytes: new Uint8Array(400) },
    ]);
    const reads: [number, number][] = [];
    const source = memorySource(fileName, file);
    const weights = await openSafetensors({
      ...source,
      read: (offset, length) => {
        reads.push([offset, length]);
        return source.read(offset, length);
      },
    });
    await weights.bytes('a');
    const headerBytes = file.length - 412;
    expect(reads).toEqual([
      [0, 8],
      [8, headerBytes],
      [8 + headerBytes, 4],
    ]);
  });

  it('does not contain other tensors', async () => {
    const weights = await open(safetensorsOf(entry({}), four));
    expect(await complaint(() => weights.bytes('y'))).toBe('has no tensor "y"');
  });
});

describe('a broken file', () => {
  const claiming = (headerBytes: bigint, rest: number) => join(little(headerBytes, 8), new Uint8Array(rest));

  it.each<[string, Uint8Array, string]>([
    ['is empty', new Uint8Array(0), '0 bytes, expected at least 8'],
    ['ends in its header length', new Uint8Array(7), '7 bytes, expected at least 8'],
    ['claims a longer header than itself', claiming(17n, 16), 'claims 17 bytes in a file of 24'],
    ['claims a header of 2^64 - 1 bytes', claiming(2n ** 64n - 1n, 8), 'in a file of 16'],
    ['has a header of more than 4 MiB', claiming(2n ** 22n + 1n, 2 ** 22 + 1), 'expected at most 4194304'],
    ['has no header', claiming(0n, 0), 'its header is not JSON'],
    ['has a header that is not JSON', safetensorsOf('{"x": '), 'its header is not JSON'],
    ['has a header that is not UTF-8', join(little(3, 8), '"\xff"'), 'its header is not JSON'],
    ['has a header nested without end', safetensorsOf('['.repeat(200_000)), 'its header is not JSON'],
    ['has an array for a header', safetensorsOf('[]'), 'its header is not an object'],
    ['has null for a header', safetensorsOf('null'), 'its header is not an object'],
    ['has a number for a tensor', safetensorsOf({ x: 4 }, four), 'tensor "x" is not described by an object'],
    ['has a tensor without a type', safetensorsOf(entry({ dtype: undefined }), four), 'tensor "x" has no type'],
    [
      'has an F8_E4M3 tensor',
      safetensorsOf(entry({ dtype: 'F8_E4M3' }), four),
      'has type "F8_E4M3", expected one of F64',
    ],
    ['has a type named as a method', safetensorsOf(entry({ dtype: 'toString' }), four), 'has type "toString"'],
    [
      'has a type nested too deep to print',
      safetensorsOf(`{"x":{"dtype":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`),
      'has no type',
    ],
    ['has a tensor without a shape', safetensorsOf(entry({ shape: undefined }), four), 'no valid shape'],
    ['has a negative size', safetensorsOf(entry({ shape: [-1, -1] }), four), 'no valid shape'],
    ['has a broken size', safetensorsOf(entry({ shape: [0.5, 2] }), four), 'no valid shape'],
    ['has sizes that overflow', safetensorsOf(entry({ shape: new Array(50).fill(2 ** 40) }), four), 'are 0 to 4'],
    [
      'has sizes that overflow, and none',
      safetensorsOf(entry({ shape: [...new Array<number>(50).fill(2 ** 40), 0], data_offsets: [0, 0] })),
      'needs NaN bytes',
    ],
    ['has one offset', safetensorsOf(entry({ data_offsets: [0] }), four), 'no valid data_offsets'],
    ['has a negative offset', safetensorsOf(entry({ data_offsets: [-4, 0] }), four), 'no valid data_offsets'],
    ['has offsets the wrong way round', safetensorsOf(entry({ data_offsets: [4, 0] }), four), 'are 4 to 0'],
    ['has offsets beyond its end', safetensorsOf(entry({ data_offsets: [4, 8] }), four), 'are 4 to 8 of 4'],
    ['has offsets for less than the shape', safetensorsOf(entry({ shape: [2] }), four), 'needs 8 bytes'],
    ['has offsets for more than the shape', safetensorsOf(entry({ dtype: 'F16' }), four), 'needs 2 bytes'],
    [
      'has bytes of no tensor in front',
      safetensorsOf(entry({ data_offsets: [4, 8] }), new Uint8Array(8)),
      'tensor "x" follows a gap: it begins at 4, expected 0',
    ],
    ['has bytes of no tensor behind', safetensorsOf(entry({}), new Uint8Array(5)), 'take 4 bytes, but the file has 5'],
    [
      'has tensors that overlap',
      safetensorsOf({ ...entry({}), y: { dtype: 'F16', shape: [2], data_offsets: [2, 6] } }, new Uint8Array(6)),
      'tensor "y" overlaps the tensor before it: it begins at 2, expected 4',
    ],
    [
      'has two tensors in one place',
      safetensorsOf({ ...entry({}), y: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, four),
      'overlaps the tensor before it',
    ],
    ['lacks its last byte', safetensorsOf(entry({}), four).subarray(0, -1), 'are 0 to 4 of 3'],
  ])('that %s is rejected with its name and the problem', async (_, bytes, what) => {
    expect(await complaint(() => open(bytes))).toContain(what);
  });

  it('is rejected with all its problems, up to a limit', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`t${i}`, { dtype: 'C64' }]));
    const message = await complaint(() => open(safetensorsOf(wrong)));
    expect(message).toContain('tensor "t0" has type "C64"');
    expect(message).toContain('; tensor "t19" has type "C64"');
    expect(message).not.toContain('"t20"');
    expect(message).toContain('; and 10 more problems');
  });

  it('is rejected without affecting the terminal, whatever names it contains', async () => {
    const name = `\u001b[2J\u202e${'x'.repeat(10_000)}`;
    const message = await complaint(() => open(safetensorsOf({ [name]: {} })));
    expect(message).not.toMatch(/\p{C}/u);
    expect(message.length).toBeLessThan(300);
  });
});

describe('a file opened for the duration of a call', () => {
  const openDescriptors = async () => (await readdir('/dev/fd')).length;
  const refusals = 20;

  it.each([
    ['its header is refused', safetensorsOf({ x: {} })],
    ['what uses it fails', safetensorsOf(entry({}), four)],
  ])('is closed if %s', async (_, bytes) => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'randar-safetensors-'));
    const path = joinPath(folder, 'refused.safetensors');
    try {
      await writeFile(path, bytes);
      const before = await openDescriptors();
      for (let i = 0; i < refusals; i++) {
        await expect(withSafetensors(path, () => Promise.reject(new Error('no use')))).rejects.toThrow();
      }
      expect((await openDescriptors()) - before).toBeLessThan(refusals / 2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('stays open during the call and returns its result', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'randar-safetensors-'));
    const path = joinPath(folder, 'used.safetensors');
    try {
      await writeFile(path, validSafetensors([{ name: 'x', dtype: 'U8', shape: [2], bytes: Uint8Array.of(7, 9) }]));
      expect([...(await withSafetensors(path, (file) => file.bytes('x')))]).toEqual([7, 9]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
