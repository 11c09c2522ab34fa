import { join, little, utf8 } from './bytes.js';

/** An entry, and the false values of its headers. */
export interface BuiltEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly flags?: number;
  readonly method?: number;
  readonly localMethod?: number;
  readonly localName?: string;
  readonly size?: number;
  readonly packed?: number;
  readonly headerAt?: number;
  /** Padding in the local header, which torch uses to align storages. */
  readonly padding?: number;
  /** Sizes and offset in a zip64 field. */
  readonly zip64?: boolean;
}

/** False values of the end records. */
export interface BuiltEnd {
  readonly count?: number;
  readonly directorySize?: number;
  readonly directoryAt?: number;
  readonly disk?: number;
  readonly comment?: string;
  readonly zip64?: boolean;
  readonly zip64At?: number;
  readonly zip64Signature?: number;
}

/** A zip with stored entries, valid except for the given false values. */
export function zipOf(entries: readonly BuiltEntry[], end: BuiltEnd = {}): Uint8Array<ArrayBuffer> {
  let at = 0;
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  for (const entry of entries) {
    const local = localEntry(entry);
    locals.push(local);
    directory.push(directoryEntry(entry, entry.headerAt ?? at));
    at += local.length;
  }
  const listing = join(...directory);
  return join(...locals, listing, endRecords(at, entries.length, listing.length, end));
}

/** Like torch, writes the real sizes after the bytes, with the corresponding flag. */
function localEntry({ name, bytes, localName = name, localMethod = 0, padding = 0 }: BuiltEntry): Uint8Array {
  const nameBytes = utf8(localName);
  const extra = padding >= 4 ? join('FB', little(padding - 4, 2), 'Z'.repeat(padding - 4)) : new Uint8Array(0);
  return join(
    'PK\x03\x04',
    little(0, 2),
    little(0x808, 2),
    little(localMethod, 2),
    little(0, 16),
    little(nameBytes.length, 2),
    little(extra.length, 2),
    nameBytes,
    extra,
    bytes,
    'PK\x07\x08',
    little(0, 4),
    little(bytes.length, 4),
    little(bytes.length, 4),
  );
}

function directoryEntry(entry: BuiltEntry, headerAt: number): Uint8Array {
  const { name, bytes, flags = 0x808, method = 0, size = bytes.length, packed = size, zip64 = false } = entry;
  const nameBytes = utf8(name);
  const wide = join(little(1, 2), little(24, 2), little(size, 8), little(packed, 8), little(headerAt, 8));
  const extra = zip64 ? join('XX', little(1, 2), 'x', wide) : new Uint8Array(0);
  const narrow = (value: number) => little(zip64 ? 0xffffffff : value, 4);
  return join(
    'PK\x01\x02',
    little(0, 4),
    little(flags, 2),
    little(method, 2),
    little(0, 8),
    narrow(packed),
    narrow(size),
    little(nameBytes.length, 2),
    little(extra.length, 2),
    little(0, 2),
    little(0, 8),
    narrow(headerAt),
    nameBytes,
    extra,
  );
}

export function endRecords(at: number, entries: number, length: number, end: BuiltEnd = {}): Uint8Array {
  const { count = entries, directorySize = length, directoryAt = at, disk = 0, comment = '', zip64 = false } = end;
  const { zip64At = at + length, zip64Signature = 0x06064b50 } = end;
  const record = join(
    little(zip64Signature, 4),
    little(44, 8),
    little(0, 12),
    little(count, 8),
    little(count, 8),
    little(directorySize, 8),
    little(directoryAt, 8),
  );
  const locator = join('PK\x06\x07', little(0, 4), little(zip64At, 8), little(1, 4));
  return join(
    ...(zip64 ? [record, locator] : []),
    'PK\x05\x06',
    little(disk, 2),
    little(0, 2),
    little(zip64 ? 0xffff : count, 2),
    little(zip64 ? 0xffff : count, 2),
    little(zip64 ? 0xffffffff : directorySize, 4),
    little(zip64 ? 0xffffffff : directoryAt, 4),
    little(comment.length, 2),
    comment,
  );
}
