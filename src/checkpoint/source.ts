import { open, stat } from 'node:fs/promises';
import { CheckpointError } from './checkpoint-error.js';

/** Random access to bytes. */
export interface Source {
  /** The path, for messages. */
  readonly name: string;
  readonly size: number;
  /** @throws CheckpointError if the source ends before `offset + length`. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * @param maxReadBytes Bytes per read call; Node reads less than 2 GiB at once.
 * @throws CheckpointError if there is no readable file.
 */
export async function fileSource(path: string, maxReadBytes = 2 ** 30): Promise<Source> {
  // Stat before opening: opening a named pipe waits for a writer.
  const { size } = await orUnreadable(path, async () => {
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('it is not a file');
    return stats;
  });
  const handle = await orUnreadable(path, () => open(path));
  return {
    name: path,
    size,
    close: () => handle.close(),
    read: async (offset, length) => {
      checkRange(path, size, offset, length);
      return orUnreadable(path, async () => {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length;) {
          const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, maxReadBytes), offset + done);
          if (bytesRead === 0) throw new Error(`the file ends early, at byte ${offset + done}`);
          done += bytesRead;
        }
        return bytes;
      });
    },
  };
}

export function memorySource(name: string, bytes: Uint8Array): Source {
  return {
    name,
    size: bytes.length,
    close: () => Promise.resolve(),
    read: (offset, length) =>
      new Promise((resolve) => {
        checkRange(name, bytes.length, offset, length);
        resolve(Uint8Array.from(bytes.subarray(offset, offset + length)));
      }),
  };
}

/** Checked before anything is allocated, since a file can claim any length. */
function checkRange(name: string, size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new CheckpointError(`${name}: the file ends early: it has ${size} bytes, expected ${offset + length}`);
}

async function orUnreadable<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new CheckpointError(`${name}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
