import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeStale } from './remove-stale.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Compiles what is newer than dist/, server and client, and deletes what has no source any more. */
export function compile() {
  run(require.resolve('typescript/bin/tsc'), '-b');
  for (const folder of ['', 'client']) removeStale(path.join(root, folder, 'dist'), path.join(root, folder, 'src'));
}

/** Compiles, and makes the page where something that it is made of is newer. */
export function build() {
  compile();
  run('studio/build.js');
}

/** What it prints goes to standard error: standard output belongs to the command that is run after it. */
function run(...args) {
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
