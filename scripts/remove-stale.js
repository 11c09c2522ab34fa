import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Deletes what was compiled from a source that is gone: the compiler leaves it, and a package would carry it.
 *
 * @param {string} dist
 * @param {string} src
 */
export function removeStale(dist, src) {
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const [, module] = /^(.+?)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(path.relative(dist, file)) ?? [];
    // The page is Vite's, which empties its own folder.
    if (module === undefined || module.startsWith(`studio${path.sep}`)) continue;
    if (!['.ts', '.tsx'].some((ending) => existsSync(path.join(src, module + ending)))) rmSync(file);
  }
}
