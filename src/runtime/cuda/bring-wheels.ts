import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CudaLibraryError } from './libraries.js';
import { pipArguments, type Wheel } from './wheels.js';

/**
 * Downloads a wheel with pip, calls `use` with its path, and deletes it. pip knows this machine's index, proxy and cache,
 * and reports progress on standard error.
 *
 * @throws CudaLibraryError if pip fails.
 */
export async function withDownloaded(wheel: Wheel, near: string, use: (path: string) => Promise<void>): Promise<void> {
  await mkdir(near, { recursive: true });
  const folder = await mkdtemp(join(near, 'download-'));
  try {
    await download(wheel, folder);
    await use(join(folder, wheel.file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether there is a python3 with pip. */
export async function hasPip(): Promise<boolean> {
  const asked = spawn('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
  const [code] = await (once(asked, 'close') as Promise<[number | null]>).catch(() => [null]);
  return code === 0;
}

async function download(wheel: Wheel, folder: string): Promise<void> {
  const pip = spawn('python3', pipArguments(wheel, folder), { stdio: ['ignore', process.stderr, process.stderr] });
  const [code] = (await once(pip, 'close')) as [number | null];
  if (code !== 0 || !existsSync(join(folder, wheel.file))) {
    throw new CudaLibraryError(`pip could not download ${wheel.file}; its output is above. ${byHand([wheel])}`);
  }
}

/** The wheels in a folder the user provides. @throws CudaLibraryError listing those that are missing. */
export function wheelsIn(folder: string, wanted: readonly Wheel[]): string[] {
  const paths = wanted.map(({ file }) => join(folder, file));
  const absent = wanted.filter((_, i) => !existsSync(paths[i] ?? ''));
  if (absent.length > 0) {
    throw new CudaLibraryError(`${folder} lacks ${absent.map(({ file }) => file).join(', ')}. ${byHand(absent)}`);
  }
  return paths;
}

/** Advice for machines on which pip cannot download. */
export function byHand(wanted: readonly Wheel[]): string {
  const commands = wanted.map((wheel) => `python3 ${pipArguments(wheel, 'wheels').join(' ')}`);
  return `On a machine with a network, run\n  ${commands.join('\n  ')}\nand here "npx randar setup-cuda --from wheels"`;
}
