import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Builds the page into dist/studio only if one of its sources is newer, so that `npm start` need not wait.

const root = fileURLToPath(new URL('.', import.meta.url));
const built = statSync(path.join(root, '../dist/studio/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isNewer = (file) => statSync(file).mtimeMs > built;
const holdsNewer = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && isNewer(path.join(entry.parentPath, entry.name)),
  );

const files = ['index.html', 'package.json', 'vite.config.ts', 'build.js', '../package-lock.json'];
const folders = ['src', 'public', '../client/dist'];
if (
  files.some((file) => isNewer(path.join(root, file))) ||
  folders.some((folder) => holdsNewer(path.join(root, folder)))
) {
  // Test runners set this to `test`, which would bundle React's development build.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn' });
}
