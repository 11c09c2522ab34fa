import { describe, expect, it } from 'vitest';
import { memorySource, type Source } from '../../../src/checkpoint/source.js';
import { locate, readZip } from '../../../src/checkpoint/torch/zip.js';
import { utf8 } from '../../support/broken-files/bytes.js';
import { endRecords, zipOf, type BuiltEnd, type BuiltEntry } from '../../support/broken-files/zip.js';
import { complaint, fileName } from '../../support/complaint.js';

/** All entries with their bytes. */
async function unpack(source: Source): Promise<[string, number[]][]> {
  const unpacked: [string, number[]][] = [];
  for (const [name, entry] of await readZip(source)) {
    unpacked.push([name, [...(await source.read(await locate(source, name, entry), entry.size))]]);
  }
  return unpacked;
}

const unpackBytes = (bytes: Uint8Array) => unpack(memorySource(fileName, bytes));

const one: BuiltEntry = { name: 'one', bytes: Uint8Array.of(1, 2, 3) };
const two: BuiltEntry = { name: 'zwei/größer', bytes: Uint8Array.of(4), padding: 37 };
const expected: [string, number[]][] = [
  ['one', [1, 2, 3]],
  ['zwei/größer', [4]],
];

describe('a zip', () => {
  it('gives its entries, with any padding', async () => {
    expect(await unpackBytes(zipOf([one, two]))).toEqual(expected);
    expect(await unpackBytes(zipOf([]))).toEqual([]);
  });

  it('may be zip64 in its end, in its entries or both', async () => {
    const wide = [one, two].map((entry) => ({ ...entry, zip64: true }));
    expect(await unpackBytes(zipOf([one, two], { zip64: true }))).toEqual(expected);
    expect(await unpackBytes(zipOf(wide))).toEqual(expected);
    expect(await unpackBytes(zipOf(wide, { zip64: true }))).toEqual(expected);
  });

  it('may exceed 4 GiB', async () => {
    // The first entry is 5 GiB of zeros, which need not exist to be skipped.
    const gap = 5 * 2 ** 30;
    const hollow: BuiltEntry = { name: 'hollow', bytes: new Uint8Array(0), size: gap, zip64: true };
    const front = zipOf([hollow]);
    const headerBytes = 30 + 'hollow'.length;
    const local = zipOf([one]).subarray(0, 30 + 3 + 3);
    const far = { ...one, headerAt: headerBytes + gap, zip64: true };
    const directory = [hollow, far].map((entry) => directoryOf({ ...entry, headerAt: entry.headerAt ?? 0 }));
    const length = directory.reduce((sum, bytes) => sum + bytes.length, 0);
    const directoryAt = headerBytes + gap + local.length;
    const end = endRecords(directoryAt, 2, length, { zip64: true });
    const source = sparse([
      [0, front.subarray(0, headerBytes)],
      [headerBytes + gap, Buffer.concat([local, ...directory, end])],
    ]);
    const entries = await readZip(source);
    expect(entries.get('hollow')?.size).toBe(gap);
    const entry = entries.get('one');
    if (!entry) throw new Error('the entry is not there');
    expect([...(await source.read(await locate(source, 'one', entry), entry.size))]).toEqual([1, 2, 3]);
  });
});

/** The directory of a zip with only this entry. */
function directoryOf(entry: BuiltEntry): Uint8Array {
  const zip = zipOf([entry]);
  const begin = zip.length - 22 - new DataView(zip.buffer).getUint32(zip.length - 10, true);
  return zip.subarray(begin, -22);
}

/** Zeros, except for these pieces. */
function sparse(pieces: readonly [number, Uint8Array][]): Source {
  const size = Math.max(...pieces.map(([at, bytes]) => at + bytes.length));
  return {
    name: fileName,
    size,
    close: () => Promise.resolve(),
    read: (offset, length) => {
      const out = new Uint8Array(length);
      for (const [at, bytes] of pieces) {
        for (let i = 0; i < length; i++) out[i] = bytes[offset + i - at] ?? out[i] ?? 0;
      }
      return Promise.resolve(out);
    },
  };
}

describe('a broken zip', () => {
  const withEnd = (end: BuiltEnd) => zipOf([one, two], end);
  const withOne = (change: Partial<BuiltEntry>) => zipOf([{ ...one, ...change }, two]);

  it.each<[string, Uint8Array, string]>([
    ['is empty', new Uint8Array(0), 'is it complete?'],
    ['lacks its last byte', zipOf([one]).subarray(0, -1), 'is it complete?'],
    ['lacks its directory', zipOf([one]).subarray(0, 40), 'is it complete?'],
    ['ends in a comment', withEnd({ comment: 'hello' }), 'is it complete?'],
    ['is one part of several', withEnd({ disk: 1 }), 'part of a multi-disk archive'],
    ['counts more entries than it has', withEnd({ count: 3 }), 'its directory has 2 entries, expected 3'],
    ['counts fewer entries than it has', withEnd({ count: 1 }), 'its directory has 2 entries, expected 1'],
    ['has a directory beyond its end', withEnd({ directoryAt: 0xfffffff0 }), 'its directory claims bytes 4294967280'],
    ['has a larger directory than itself', withEnd({ directorySize: 0x3fffff }), 'its directory claims bytes'],
    ['has a directory of 4 GiB', withEnd({ directorySize: 0xfffffff0 }), 'expected at most 4194304'],
    ['has a directory that is none', withEnd({ directoryAt: 0 }), 'its directory has no entry at byte 0'],
    ['has half a directory', withEnd({ directorySize: 60 }), 'but 1 are left'],
    ['lacks its zip64 record', withEnd({ count: 0xffff }), 'it has no zip64 record'],
    ['has a zip64 record nowhere', withEnd({ zip64: true, zip64At: 2 ** 52 }), 'claims to be at byte 4503599627370496'],
    [
      'has a zip64 record that is none',
      withEnd({ zip64: true, zip64Signature: 1 }),
      'its zip64 record is not where its locator points',
    ],
    ['has a zip64 directory of 2^60 bytes', withEnd({ zip64: true, directorySize: 2 ** 60 }), 'at most 4194304'],
    ['has a zip64 directory at 2^60', withEnd({ zip64: true, directoryAt: 2 ** 60 }), 'its directory claims bytes'],
    ['has a compressed entry', withOne({ method: 8 }), 'entry "one" is compressed (method 8)'],
    ['has an entry of a bomb', withOne({ method: 8, packed: 3, size: 2 ** 31 }), 'entry "one" is compressed'],
    ['has an entry compressed in its own header', withOne({ localMethod: 8 }), 'entry "one" is compressed'],
    ['has an encrypted entry', withOne({ flags: 1 }), 'entry "one" is encrypted'],
    ['has an entry of two sizes', withOne({ packed: 3, size: 300 }), 'is stored in 3 bytes but claims 300'],
    ['has an entry larger than itself', withOne({ size: 0xfffffff0 }), 'entry "one" claims 4294967280 bytes'],
    ['has an entry of 2^60 bytes', withOne({ size: 2 ** 60, zip64: true }), 'entry "one" claims 115292150460684'],
    ['has an entry beyond its end', withOne({ headerAt: 0xffff }), 'entry "one" claims 3 bytes at 65535'],
    ['has an entry twice', zipOf([one, two, one]), 'entry "one" occurs twice'],
    ['has two names for the same bytes', zipOf([one, { ...two, headerAt: 0 }]), 'must end before 0'],
    ['has entries that overlap', zipOf([one, { ...two, headerAt: 20 }]), 'entry "one" claims 3 bytes at 0'],
    [
      'has the header of another entry entry',
      withOne({ localName: 'two' }),
      'entry "one" has the header of another entry',
    ],
    ['has a longer name in an entry', withOne({ localName: 'one.' }), 'entry "one" has the header of another entry'],
    ['has no header where it says', zipOf([{ ...one, headerAt: 1 }, two]), 'entry "one" has no header at byte 1'],
    [
      'has an entry whose padding reaches into the next',
      (() => {
        const zip = zipOf([one, two]);
        zip[28] = 60;
        return zip;
      })(),
      'entry "one" has 3 bytes from 93, but must end before 52',
    ],
  ])('that %s is refused', async (_, bytes, what) => {
    expect(await complaint(() => unpackBytes(bytes))).toContain(what);
  });

  it('whose name is not UTF-8 is refused', async () => {
    const zip = zipOf([{ ...one, name: 'qqq' }]);
    for (let i = 0; i < zip.length; i++) if (zip[i] === 0x71) zip[i] = 0xff;
    expect(await complaint(() => unpackBytes(zip))).toContain('that is not UTF-8');
  });

  it('is refused with all its problems at once', async () => {
    const message = await complaint(() => unpackBytes(zipOf([{ ...one, method: 8 }, { ...two, flags: 1 }, two])));
    expect(message).toContain('entry "one" is compressed');
    expect(message).toContain('; entry "zwei/größer" is encrypted');
  });

  it('of a hundred thousand empty entries at one offset is rejected before it is listed', async () => {
    const entry = directoryOf({ name: 'x', bytes: utf8(''), headerAt: 0 });
    const listing = new Uint8Array(entry.length * 2 ** 17);
    for (let i = 0; i < 2 ** 17; i++) listing.set(entry, i * entry.length);
    const zip = Buffer.concat([listing, endRecords(0, 2 ** 17, listing.length, { zip64: true })]);
    expect(await complaint(() => unpackBytes(zip))).toContain('expected at most 4194304');
  });
});
