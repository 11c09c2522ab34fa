import { CheckpointError, quote, refuseProblems } from './checkpoint-error.js';
import { fileSource, type Source } from './source.js';
import {
  byteLength,
  describe,
  isSize,
  isStoredType,
  maxDescriptionBytes,
  storedTypes,
  type StoredTensor,
  type WeightFile,
} from './weight-file.js';

interface Entry extends StoredTensor {
  readonly begin: number;
  readonly end: number;
}

/** Weights stored uncompressed in a single file, so that ONNX Runtime can map them. */
export interface PlacedWeights extends WeightFile {
  /** The byte range of a tensor in the file. */
  place(name: string): { readonly offset: number; readonly length: number };
}

/**
 * Opens a safetensors file: u64 header length, JSON header, then the tensors.
 * Source: github.com/huggingface/safetensors, "Format".
 *
 * @throws CheckpointError if the header or an entry contradicts the file.
 */
export async function openSafetensors(source: Source): Promise<PlacedWeights> {
  const { header, dataStart } = await readHeader(source);
  const entries = parseEntries(source.name, header, source.size - dataStart);
  const place = (name: string) => {
    const entry = entries.get(name);
    if (!entry) throw new CheckpointError(`${source.name}: has no tensor ${quote(name)}`);
    return { offset: dataStart + entry.begin, length: entry.end - entry.begin };
  };
  return {
    file: source.name,
    tensors: describe(entries),
    place,
    close: () => source.close(),
    bytes: async (name) => {
      const { offset, length } = place(name);
      return source.read(offset, length);
    },
  };
}

/**
 * Opens the safetensors file at `path` for the duration of `use`. It is closed afterwards, also if its header is
 * rejected.
 *
 * @throws CheckpointError if the file is missing or broken; anything that `use` throws.
 */
export async function withSafetensors<T>(path: string, use: (file: PlacedWeights) => Promise<T> | T): Promise<T> {
  const source = await fileSource(path);
  try {
    return await use(await openSafetensors(source));
  } finally {
    await source.close();
  }
}

async function readHeader(source: Source): Promise<{ header: object; dataStart: number }> {
  const fail = (what: string, options?: ErrorOptions): never => {
    throw new CheckpointError(`${source.name}: not a safetensors file: ${what}`, options);
  };
  if (source.size < 8) fail(`${source.size} bytes, expected at least 8`);
  const prefix = await source.read(0, 8);
  const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (8 + headerBytes > source.size) fail(`its header claims ${headerBytes} bytes in a file of ${source.size}`);
  // The format itself allows 100 MB.
  if (headerBytes > maxDescriptionBytes) {
    fail(`its header has ${headerBytes} bytes, expected at most ${maxDescriptionBytes}`);
  }
  const json = await source.read(8, headerBytes);
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) {
      return { header, dataStart: 8 + headerBytes };
    }
  } catch (cause) {
    fail('its header is not JSON', { cause });
  }
  return fail('its header is not an object');
}

function parseEntries(file: string, header: object, dataBytes: number): Map<string, Entry> {
  const problems: string[] = [];
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = parseEntry(value, dataBytes);
    if (typeof entry === 'string') problems.push(`tensor ${quote(name)} ${entry}`);
    else entries.set(name, entry);
  }
  refuseProblems(file, problems);

  let end = 0;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    // A gap or overlap shifts everything after it, so only the first one is reported.
    if (entry.begin !== end) {
      const how = entry.begin < end ? 'overlaps the tensor before it' : 'follows a gap';
      throw new CheckpointError(`${file}: tensor ${quote(name)} ${how}: it begins at ${entry.begin}, expected ${end}`);
    }
    end = entry.end;
  }
  if (end !== dataBytes)
    throw new CheckpointError(`${file}: its tensors take ${end} bytes, but the file has ${dataBytes}`);
  return entries;
}

/** The parsed entry, or a problem. */
function parseEntry(value: unknown, dataBytes: number): Entry | string {
  if (typeof value !== 'object' || value === null) return 'is not described by an object';
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (!isStoredType(dtype)) {
    const given = typeof dtype === 'string' ? `has type ${quote(dtype)}` : 'has no type';
    return `${given}, expected one of ${storedTypes.join(', ')}`;
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) return 'has no valid shape, expected whole numbers from 0';
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return 'has no valid data_offsets, expected two whole numbers from 0';
  }
  const [begin = 0, end = 0] = offsets;
  const bytes = byteLength({ dtype, shape });
  if (end > dataBytes || end - begin !== bytes) {
    return `needs ${bytes} bytes for ${shape.length} sizes of ${dtype}, its offsets are ${begin} to ${end} of ${dataBytes}`;
  }
  return { dtype, shape, begin, end };
}
