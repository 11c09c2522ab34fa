import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { patienceMs } from '../support/browser.js';
import { goldenModels } from '../support/goldens/models.js';
import { post } from '../support/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['bin', 'client', 'dist', 'scripts', 'src', 'studio', 'package.json', 'package-lock.json'];
const alsoCopied = ['schema.graphql', 'tsconfig.json', 'tsconfig.base.json'];

/** Runs `npm run dev` in a copy of the sources, since they are changed. */
describe('npm run dev', () => {
  let copy = '';
  let models = '';
  let child: ChildProcessByStdio<null, Readable, Readable> | undefined;
  let said = '';

  /** Waits until the text has been printed, after `from`. */
  const hears = (text: string, from = 0) =>
    vi.waitFor(() => expect(said.slice(from)).toContain(text), { timeout: patienceMs, interval: 100 });

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'randar-dev-'));
    models = await goldenModels();
    for (const name of [...copied, ...alsoCopied]) {
      await cp(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
    }
    for (const name of ['labels', 'node_modules']) await symlink(join(root, name), join(copy, name));
    child = spawn(process.execPath, ['scripts/dev.js', '--port', '0', '--models', models], {
      cwd: copy,
      env: { ...process.env, PORT: undefined, HOST: undefined, NODE_ENV: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    await hears('started again after each change');
  });
  afterAll(async () => {
    if (child?.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    for (const folder of [copy, models]) await rm(folder, { recursive: true });
  });

  const address = (pattern: RegExp) => pattern.exec(said)?.[1] ?? '';
  const page = () => address(/page at (http:\/\/[^/\s]+)\/,/);
  const api = () => address(/API at (http:\S+\/graphql)/);
  const askForModels = async (url: string) => (await post<{ models: object[] }>(url, '{ models { id } }')).data?.models;

  it('serves the page from source, which reaches the server at its own address', async () => {
    expect(await (await fetch(page())).text()).toContain('/@vite/client');
    expect(await (await fetch(`${page()}/src/main.tsx`)).text()).toContain('/src/components/app.tsx');
    expect(await askForModels(`${page()}/graphql`)).toHaveLength(2);
  });

  it('keeps the server running if a change does not compile, and restarts it otherwise', async () => {
    const file = join(copy, 'src/cli/main.ts');
    const source = await readFile(file, 'utf8');
    const before = said.length;
    await appendFile(file, '\nconst length: string = 1;\n');
    await hears('the server stays as it was', before);
    expect(await askForModels(api())).toHaveLength(2);
    await writeFile(file, `process.stderr.write('changed\\n');\n${source.replace(/^#!.*\n/, '')}`);
    await hears('changed\n', before);
    await hears('/graphql', said.lastIndexOf('changed\n'));
    expect(await askForModels(api())).toHaveLength(2);
  });
});
