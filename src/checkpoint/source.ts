import { open, stat } from 'node:fs/promises';
import { CheckpointError } from './checkpoint-error.js';

/** Bytes that are read from any place, as few as are asked for. */
export interface Source {
  /** The path, for messages. */
  readonly name: string;
  readonly size: number;
  /** @throws CheckpointError where the source ends before `offset + length` */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * @param maxReadBytes how much is read at once: less than the 2 GiB that one read can give
 * @throws CheckpointError where there is no file to read
 */
export async function fileSource(path: string, maxReadBytes = 2 ** 30): Promise<Source> {
  // Asked before it is opened: opening a named pipe waits for its writer.
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

/** Before anything is allocated: a file may claim any length. */
function checkRange(name: string, size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new CheckpointError(`${name}: the file ends early: it has ${size} bytes, ${offset + length} expected`);
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
