import { ByteReader } from './byte-reader.js';
import { CheckpointError, quote, refuseProblems } from '../checkpoint-error.js';
import type { Source } from '../source.js';
import { maxDescriptionBytes } from '../weight-file.js';

/** A zip entry as the central directory describes it. */
export interface ZipEntry {
  readonly size: number;
  /** Offset of its local header. */
  readonly headerAt: number;
  /** Start of the next local header or of the directory; the entry's bytes must end before. */
  readonly endsBefore: number;
}

const endBytes = 22;
const locatorBytes = 20;

/**
 * Lists the entries of a zip as torch.save writes it: stored without compression, so that no entry is larger than the
 * file, and zip64 above 4 GiB.
 * Source: PKWARE APPNOTE 6.3.10, 4.3.
 *
 * @throws CheckpointError if the directory contradicts itself or the file.
 */
export async function readZip(source: Source): Promise<ReadonlyMap<string, ZipEntry>> {
  const { count, size, offset } = await readEnd(source);
  const fail = failFor(source);
  if (size > maxDescriptionBytes) fail(`its directory has ${size} bytes, expected at most ${maxDescriptionBytes}`);
  if (offset + size > source.size - endBytes) fail(`its directory claims bytes ${offset} to ${offset + size}`);
  const reader = new ByteReader(await source.read(offset, size), (what) => fail(`its directory ${what}`));

  const problems: string[] = [];
  const entries = new Map<string, Omit<ZipEntry, 'endsBefore'>>();
  while (reader.left > 0) {
    const { name, size, headerAt, problem } = readDirectoryEntry(reader);
    if (entries.has(name)) problems.push(`entry ${quote(name)} occurs twice`);
    else if (problem) problems.push(`entry ${quote(name)} ${problem}`);
    else entries.set(name, { size, headerAt });
  }
  refuseProblems(source.name, problems);
  if (entries.size !== count) fail(`its directory has ${entries.size} entries, expected ${count}`);
  return separate(source.name, entries, offset);
}

/**
 * The offset of an entry's bytes. Only the local header knows it, since it has padding of its own.
 *
 * @throws CheckpointError if the local header does not match the entry.
 */
export async function locate(source: Source, name: string, entry: ZipEntry): Promise<number> {
  const fail = (what: string): never => {
    throw new CheckpointError(`${source.name}: entry ${quote(name)} ${what}`);
  };
  const nameBytes = new TextEncoder().encode(name);
  const reader = new ByteReader(await source.read(entry.headerAt, 30 + nameBytes.length), fail);
  if (reader.u32() !== 0x04034b50) fail(`has no header at byte ${entry.headerAt}`);
  reader.take(4);
  if (reader.u16() !== 0) fail('is compressed, which torch.save never does');
  reader.take(16);
  const nameLength = reader.u16();
  const extraLength = reader.u16();
  if (nameLength !== nameBytes.length || reader.text(nameLength) !== name) fail('has the header of another entry');
  const begin = entry.headerAt + 30 + nameLength + extraLength;
  if (begin + entry.size > entry.endsBefore) {
    fail(`has ${entry.size} bytes from ${begin}, but must end before ${entry.endsBefore}`);
  }
  return begin;
}

/** The end record. torch.save writes it without a comment, so a complete file ends with it. */
async function readEnd(source: Source): Promise<{ count: number; size: number; offset: number }> {
  const fail = failFor(source);
  const tailBytes = Math.min(source.size, locatorBytes + endBytes);
  const reader = new ByteReader(await source.read(source.size - tailBytes, tailBytes), fail);
  const locator = tailBytes === locatorBytes + endBytes ? readLocator(reader) : undefined;
  if (reader.left < endBytes || reader.u32() !== 0x06054b50) {
    fail('it does not end with a zip end record: is it complete?');
  }
  const disks = [reader.u16(), reader.u16()];
  reader.take(2);
  const end = { count: reader.u16(), size: reader.u32(), offset: reader.u32() };
  if (reader.u16() !== 0) fail('it ends with a comment');
  if (disks.some((disk) => disk !== 0)) fail('it is part of a multi-disk archive');
  if (end.count < 0xffff && end.size < 0xffffffff && end.offset < 0xffffffff) return end;
  if (locator === undefined) return fail('it has no zip64 record');
  return readZip64End(source, locator);
}

async function readZip64End(source: Source, offset: number): Promise<{ count: number; size: number; offset: number }> {
  const fail = failFor(source);
  if (offset + 56 > source.size) fail(`its zip64 record claims to be at byte ${offset}`);
  const record = new ByteReader(await source.read(offset, 56), fail);
  if (record.u32() !== 0x06064b50) fail('its zip64 record is not where its locator points');
  record.take(28);
  return { count: record.u64(), size: record.u64(), offset: record.u64() };
}

/** The offset of the zip64 record, if there is one. */
function readLocator(reader: ByteReader): number | undefined {
  const signature = reader.u32();
  reader.take(4);
  const offset = reader.u64();
  reader.take(4);
  return signature === 0x07064b50 ? offset : undefined;
}

interface DirectoryEntry {
  readonly name: string;
  readonly size: number;
  readonly headerAt: number;
  readonly problem: string | undefined;
}

function readDirectoryEntry(reader: ByteReader): DirectoryEntry {
  if (reader.u32() !== 0x02014b50) reader.fail(`has no entry at byte ${reader.at - 4}`);
  reader.take(4);
  const flags = reader.u16();
  const method = reader.u16();
  reader.take(8);
  let packed = reader.u32();
  let size = reader.u32();
  const [nameLength, extraLength, commentLength] = [reader.u16(), reader.u16(), reader.u16()];
  reader.take(8);
  let headerAt = reader.u32();
  const name = reader.text(nameLength);
  const zip64 = readZip64Extra(new ByteReader(reader.take(extraLength), reader.fail));
  reader.take(commentLength);
  // Values that do not fit into 32 bits are in the extra field, in this order.
  if (size === 0xffffffff) size = zip64?.u64() ?? size;
  if (packed === 0xffffffff) packed = zip64?.u64() ?? packed;
  if (headerAt === 0xffffffff) headerAt = zip64?.u64() ?? headerAt;

  let problem: string | undefined;
  if (flags & 1) problem = 'is encrypted';
  else if (method !== 0)
    problem = `is compressed (method ${method}): torch.save does not, TorchScript does: save its state_dict() instead`;
  else if (packed !== size) problem = `is stored in ${packed} bytes but claims ${size}`;
  return { name, size, headerAt, problem };
}

function readZip64Extra(reader: ByteReader): ByteReader | undefined {
  // torch pads local headers with other field types; a remainder shorter than a field header is padding, too.
  while (reader.left >= 4) {
    const [kind, length] = [reader.u16(), reader.u16()];
    const field = reader.take(length);
    if (kind === 1) return new ByteReader(field, reader.fail);
  }
  return undefined;
}

/** Rejects overlapping entries: they would let a small file contain any amount of data. */
function separate(
  file: string,
  entries: ReadonlyMap<string, Omit<ZipEntry, 'endsBefore'>>,
  directoryAt: number,
): Map<string, ZipEntry> {
  const inOrder = [...entries].sort(([, a], [, b]) => a.headerAt - b.headerAt);
  const bounded = inOrder.map(([name, entry], i): [string, ZipEntry] => {
    const endsBefore = inOrder[i + 1]?.[1].headerAt ?? directoryAt;
    return [name, { ...entry, endsBefore }];
  });
  const lying = bounded.filter(([name, { headerAt, size, endsBefore }]) => {
    return headerAt + 30 + name.length + size > endsBefore;
  });
  refuseProblems(
    file,
    lying.map(([name, { size, headerAt, endsBefore }]) => {
      return `entry ${quote(name)} claims ${size} bytes at ${headerAt}, but must end before ${endsBefore}`;
    }),
  );
  return new Map(bounded);
}

function failFor(source: Source): (what: string) => never {
  return (what) => {
    throw new CheckpointError(`${source.name}: not a zip file written by torch.save: ${what}`);
  };
}
