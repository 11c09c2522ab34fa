import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ImportError } from './import-options.js';

/**
 * Fills a temporary directory, then renames it. Nobody sees a partial directory; on failure nothing is left behind and
 * an existing directory is untouched.
 *
 * @param replace Whether to replace an existing directory.
 * @throws ImportError if there is one and it must not be replaced, or the place is not writable; anything that `fill`
 *   throws.
 */
export async function makeFolder<T>(to: string, replace: boolean, fill: (folder: string) => Promise<T>): Promise<T> {
  if (!replace && (await isThere(to))) throw taken(to);
  const beside = join(dirname(to), `.${basename(to)}.${randomBytes(4).toString('hex')}.part`);
  await orUnwritable(to, () => mkdir(beside, { recursive: true }));
  try {
    const filled = await fill(beside);
    await moveIntoPlace(beside, to, replace);
    return filled;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

function taken(to: string): ImportError {
  return new ImportError(`--id: model "${basename(to)}" already exists at ${to}; use --replace to replace it`);
}

/** If another import of the same name finishes first, its directory stays. */
async function moveIntoPlace(from: string, to: string, replace: boolean): Promise<void> {
  const old = `${from}.old`;
  const hasOld = replace && (await isThere(to));
  if (hasOld) await orUnwritable(to, () => rename(to, old));
  try {
    await rename(from, to);
  } catch (cause) {
    // rename() does not replace a directory that is not empty.
    const isTaken = hasCode(cause, 'ENOTEMPTY') || hasCode(cause, 'EEXIST');
    if (hasOld && !isTaken) await rename(old, to);
    if (isTaken && !replace) throw taken(to);
    throw unwritable(to, isTaken ? new Error('another import replaced it at the same time') : cause);
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return false;
    throw unwritable(path, error);
  }
}

async function orUnwritable<T>(to: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw unwritable(to, cause);
  }
}

function unwritable(to: string, cause: unknown): ImportError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImportError(`--models: cannot write ${to}: ${reason}`, { cause });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
