import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Builds the page into dist/studio where something that it is made of is newer: `npm start` waits for nothing else.

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
  // A test runner says `test` here, and would get React's development build.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn' });
}
