import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CheckpointError, quote, refuseProblems } from './checkpoint-error.js';
import { byteLength, isSize, type StoredTensor } from './weight-file.js';

export interface NamedTensor extends StoredTensor {
  readonly name: string;
}

/**
 * Writes a safetensors file tensor by tensor to a temporary file, then renames it. No reader sees a partial file; on
 * failure nothing is left behind and an existing file is untouched.
 *
 * @param tensors All tensors, in the order in which they are stored.
 * @param bytesOf Called for one tensor after another; returns its numbers, row-major and little-endian.
 * @throws CheckpointError if the file cannot be written or the number of bytes is wrong; anything that bytesOf throws.
 */
export async function writeSafetensors<T extends NamedTensor>(
  file: string,
  tensors: readonly T[],
  bytesOf: (tensor: T) => Promise<Uint8Array>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header = buildHeader(file, tensors, metadata);
  const beside = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.part`);
  const handle = await orUnwritable(file, () => open(beside, 'wx'));
  try {
    try {
      await orUnwritable(file, () => writeAll(handle, header));
      for (const tensor of tensors) {
        const bytes = await bytesOf(tensor);
        const expected = byteLength(tensor);
        if (bytes.length !== expected) {
          throw new CheckpointError(
            `${file}: tensor ${quote(tensor.name)} has ${bytes.length} bytes, expected ${expected}`,
          );
        }
        await orUnwritable(file, () => writeAll(handle, bytes));
      }
      // Flush before renaming, so that a power cut leaves either the old file or the new one.
      await orUnwritable(file, () => handle.datasync());
    } finally {
      await handle.close();
    }
    await orUnwritable(file, () => rename(beside, file));
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** u64 length and JSON, padded with spaces so that the first tensor starts at a multiple of 8. */
function buildHeader(file: string, tensors: readonly NamedTensor[], metadata: object): Uint8Array {
  refuseProblems(file, planProblems(tensors));
  let end = 0;
  const entries = tensors.map((tensor): [string, object] => {
    const begin = end;
    end += byteLength(tensor);
    return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] }];
  });
  const all = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as [string, object], ...entries] : entries;
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(all)));
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function planProblems(tensors: readonly NamedTensor[]): string[] {
  const seen = new Set<string>();
  return tensors.flatMap(({ name, shape }) => {
    const problems: string[] = [];
    if (name === '__metadata__') problems.push(`tensor ${quote(name)} has a name reserved by the format`);
    if (seen.has(name)) problems.push(`tensor ${quote(name)} occurs twice`);
    if (!shape.every(isSize)) problems.push(`tensor ${quote(name)} has no valid shape`);
    seen.add(name);
    return problems;
  });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  // A write takes less than 2 GiB, and may be partial.
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, 2 ** 30));
    done += bytesWritten;
  }
}

async function orUnwritable<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new CheckpointError(`${file}: cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
