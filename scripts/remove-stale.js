import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Deletes compiled files whose source is gone. The compiler leaves them, and they would be packed.
 *
 * @param {string} dist
 * @param {string} src
 */
export function removeStale(dist, src) {
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const [, module] = /^(.+?)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(path.relative(dist, file)) ?? [];
    // The page is built by Vite, which empties its own directory.
    if (module === undefined || module.startsWith(`studio${path.sep}`)) continue;
    if (!['.ts', '.tsx'].some((ending) => existsSync(path.join(src, module + ending)))) rmSync(file);
  }
}
