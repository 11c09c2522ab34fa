import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ImportError } from './import-options.js';

/**
 * Fills a folder beside its place and moves it there whole: nobody sees half of one, and where anything fails nothing is
 * left and what was there before still is.
 *
 * @param replace whether a folder may be there already
 * @throws ImportError where one is and may not, or the place cannot be written; what `fill` throws
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

/** Another import of the same name may come in between: then its folder stays. */
async function moveIntoPlace(from: string, to: string, replace: boolean): Promise<void> {
  const old = `${from}.old`;
  const hasOld = replace && (await isThere(to));
  if (hasOld) await orUnwritable(to, () => rename(to, old));
  try {
    await rename(from, to);
  } catch (cause) {
    // A folder is not moved over another that holds something.
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
