import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeStale } from './remove-stale.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Compiles server and client if dist/ is outdated, and deletes output whose source is gone. */
export function compile() {
  run(require.resolve('typescript/bin/tsc'), '-b');
  for (const folder of ['', 'client']) removeStale(path.join(root, folder, 'dist'), path.join(root, folder, 'src'));
}

/** Compiles, and builds the page if one of its sources is newer. */
export function build() {
  compile();
  run('studio/build.js');
}

/** Redirects output to standard error: standard output belongs to the command that follows. */
function run(...args) {
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
