import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, launchBrowser, patienceMs } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { buildApp, serveApp } from '../support/client/app.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const running = useServer({ models: builtInModels });
const readme = readFileSync(join(root, 'client/README.md'), 'utf8');
/** The examples in the package's README, with another port. */
const blocks = (language: string) =>
  [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .flatMap(([, name, code = '']) => (name === language ? [code] : []))
    .map((code) => code.replaceAll('http://127.0.0.1:4000', running().server.address));

/**
 * What an app installs beside the package; here linked from the repository instead of a registry. `ws` is not included.
 */
const installed = [
  'graphql',
  'graphql-ws',
  '@graphql-typed-document-node/core',
  'react',
  'react-dom',
  '@types/node',
  '@types/react',
  '@types/react-dom',
];

/** An empty project outside the repository, with the packed package installed. */
describe('the packed package, in a project of its own', () => {
  let project = '';
  let packed: string[] = [];
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'randar-project-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: join(root, 'client'),
    });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    packed = files.map(({ path }) => path);
    const folder = join(project, 'node_modules/randar-client');
    await mkdir(folder, { recursive: true });
    await run('tar', ['-xzf', join(project, filename), '-C', folder, '--strip-components=1']);
    for (const name of installed) {
      const link = join(project, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(root, 'node_modules', name), link);
    }
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  });
  afterAll(async () => {
    await rm(project, { recursive: true });
  });

  async function compile(name: string, files: Record<string, string>, options: object): Promise<string> {
    const folder = join(project, name);
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    // Also type-checks the package's own declarations.
    const compilerOptions = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      target: 'ES2022',
      types: [],
      ...options,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
      (error: unknown) => {
        throw new Error((error as { stdout: string }).stdout);
      },
    );
    return folder;
  }

  it('is shown in the repository’s README by the same app', () => {
    const app = /^```tsx\n[^]*?^```/m.exec(readme)?.[0] ?? 'none';
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(app);
  });

  it('contains what it needs and no build files', () => {
    expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'dist/react/index.d.ts']));
    expect(
      packed.filter((path) => !/^(dist\/|src\/|LICENSE$|README\.md$|package\.json$)|\.tsbuildinfo$/.test(path)),
    ).toEqual([]);
    expect(packed.filter((path) => path.includes('tsbuildinfo'))).toEqual([]);
    // A source map without its source gives a warning in every console.
    for (const map of packed.filter((path) => path.endsWith('.js.map'))) {
      expect(packed).toContain(map.replace('dist', 'src').replace('.js.map', '.ts'));
    }
  });

  it('is typed for pages and for Node', async () => {
    const dom = {
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      jsx: 'react-jsx',
    };
    const page: Record<string, string> = {};
    for (const language of ['tsx', 'ts']) {
      for (const [i, code] of blocks(language).entries()) page[`shown-${i}.${language}`] = code;
    }
    expect(Object.keys(page).length).toBeGreaterThanOrEqual(3);
    const node = `
      import { createClient, type GenerationEvent } from 'randar-client';
      import { ModelsDocument } from 'randar-client/documents';
      const client = createClient({ url: 'http://127.0.0.1', transport: 'sse', token: async () => 'secret' });
      for await (const event of client.generate({ label: { name: 'rocket' } }, { signal: AbortSignal.timeout(1000) })) {
        if (event.__typename === 'StepDecoded') console.log(event.images[0]?.positions);
        // @ts-expect-error only a step has positions
        else console.log(event.positions);
      }
      export type Name = GenerationEvent['__typename'];
      export const document = ModelsDocument;
      // @ts-expect-error a label has a name or an index
      await client.queue({ label: { nam: 'rocket' } });
    `;
    await Promise.all([
      compile('typed-page', page, dom),
      compile('typed-node', { 'node.ts': node }, { lib: ['ES2023'], module: 'NodeNext', types: ['node'] }),
    ]);
  });

  it('runs in Node, without ws too', async () => {
    const [program = ''] = blocks('js');
    await writeFile(join(project, 'program.js'), program);
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: project });
    expect(stdout).toContain('GenerationCompleted');
    expect((await readFile(join(project, 'rocket.png'))).length).toBeGreaterThan(1000);
  });

  /** Bundles an app of a single file with Vite. */
  async function bundle(name: string, code: string): Promise<{ folder: string; text: string; gzipBytes: number }> {
    const folder = join(project, name);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'index.html'),
      '<!doctype html><html lang="en"><title>App</title><canvas></canvas><div id="root"></div><script type="module" src="./main.tsx"></script></html>',
    );
    await writeFile(join(folder, 'main.tsx'), code);
    const built = join(folder, 'built');
    await buildApp(folder, built, 'production');
    const scripts = (await readdir(join(built, 'assets'))).filter((file) => file.endsWith('.js'));
    const texts = await Promise.all(scripts.map((file) => readFile(join(built, 'assets', file), 'utf8')));
    return { folder: built, text: texts.join('\n'), gzipBytes: gzipSync(texts.join('\n')).length };
  }

  it('is small in a page, and includes nothing for Node', async () => {
    const url = running().server.address;
    const { text, gzipBytes } = await bundle(
      'client-only',
      `
      import { createClient } from 'randar-client';
      for await (const event of createClient({ url: '${url}' }).generate({ label: { name: 'rocket' } })) console.log(event);
    `,
    );
    console.log(`randar-client in a page: ${text.length} bytes, ${gzipBytes} gzipped`);
    expect(gzipBytes).toBeLessThan(20_000);
    expect(text).not.toMatch(/node:|bufferutil|Sec-WebSocket|createRequire|__vite-browser-external/);
    expect(text).toContain('graphql-transport-ws');
    // Unused code is not bundled.
    const { gzipBytes: helperBytes } = await bundle(
      'helper-only',
      `
      import { inpaint } from 'randar-client';
      console.log(inpaint({ label: { name: 'rocket' }, image: 'data:,', mask: 'data:,' }));
    `,
    );
    expect(helperBytes).toBeLessThan(1_000);
  });

  it.skipIf(chromium === undefined)('draws in the README’s React app, and in its page without React', async () => {
    const browser = await launchBrowser();
    for (const [name, code = ''] of [
      ['react', blocks('tsx')[0]],
      ['plain', blocks('ts')[0]],
    ] as const) {
      const { folder } = await bundle(name, code);
      const app = await serveApp(folder);
      const page = await browser.newPage();
      page.setDefaultTimeout(patienceMs);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(app.address);
      await page.waitForFunction(`(() => {
        const canvas = document.querySelector('${name === 'react' ? '#root canvas' : 'canvas'}');
        if (!canvas || canvas.width !== 384) return false;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.every((value, i) => i % 4 < 3 || value === 255);
      })()`);
      if (name === 'react') await page.getByText('COMPLETED, step 88 of 88').waitFor();
      expect(errors).toEqual([]);
      await page.close();
      await app.close();
    }
    await browser.close();
  });
});
