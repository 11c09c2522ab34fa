import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Worker threads, the command line and the page run from dist: it is built before any test. */
export default function build(): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  for (const script of [[compiler, '-b'], ['studio/build.js']]) {
    execFileSync(process.execPath, script, { cwd, stdio: 'inherit' });
  }
}
