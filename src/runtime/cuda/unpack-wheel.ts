import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { CudaLibraryError } from './libraries.js';
import type { Wheel } from './wheels.js';

/** Called with the number of bytes written of a library, and its size. */
type Progress = (file: string, done: number, total: number) => void;

/**
 * Extracts the libraries of a wheel to a folder. A library is written completely or not at all.
 *
 * @throws CudaLibraryError if the file is not that wheel.
 */
export async function unpackWheel(path: string, wheel: Wheel, to: string, progress: Progress): Promise<void> {
  await verify(path, wheel);
  await mkdir(to, { recursive: true });
  const zip = await yauzl.openPromise(path);
  try {
    for await (const entry of zip.eachEntry()) {
      const name = basename(entry.fileName);
      if (dirname(entry.fileName) !== wheel.folder || !wheel.wanted.test(name)) continue;
      const part = join(to, `${name}.${process.pid}.part`);
      let done = 0;
      const packed = await zip.openReadStreamPromise(entry);
      packed.on('data', (chunk: Buffer) => progress(name, (done += chunk.length), entry.uncompressedSize));
      try {
        await pipeline(packed, createWriteStream(part));
        await rename(part, join(to, name));
      } finally {
        await rm(part, { force: true });
      }
    }
  } finally {
    zip.close();
  }
}

/** This code will be executed, so only the file with the known checksum is accepted. */
async function verify(path: string, { file, bytes, sha256 }: Wheel): Promise<void> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  if (size === bytes) await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  if (size === bytes && hash.digest('hex') === sha256) return;
  throw new CudaLibraryError(
    `${path} is not the expected ${file}: expected ${bytes} bytes with sha256 ${sha256}, got ${size} bytes. Download it again`,
  );
}
