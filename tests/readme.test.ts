import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenFile } from './support/goldens/load.js';
import { builtInModels } from './support/goldens/models.js';
import { randomTransformer, writeTensors } from './support/weights.js';
import { overWebSocket, readEvents, useServer } from './support/server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = ['README.md', 'docs/editing.md', 'docs/checkpoints.md', 'client/README.md'].map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));
const textOf = (path: string) => documents.find((document) => document.path === path)?.text ?? '';
const readme = textOf('README.md');
const checkpoints = textOf('docs/checkpoints.md');
const linked = [...documents.map(({ path }) => path), 'docs/performance.md', 'docs/concurrency.md'];

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  );
}
const blocks = (language: string) => blocksOf(readme, language);
const programs = documents.flatMap(({ path, text }) =>
  blocksOf(text, 'js').map((code, at) => ({ name: `${path}, program ${at + 1}`, code })),
);
const here = (text: string) => text.replaceAll('http://127.0.0.1:4000', running().server.address);
const run = promisify(execFile);

const importsIn = (text: string) =>
  blocksOf(text, 'sh')
    .find((code) => code.startsWith('npx randar import'))
    ?.trimEnd() ?? '';
const valueOf = (option: string, command = '') => new RegExp(`--${option} (\\S+)`).exec(command)?.[1] ?? '';

/** Runs a documented command with this build. Verifying random weights fails, as expected. */
async function randar(line: string): Promise<string> {
  const command = line.replace('npx randar', `"${process.execPath}" "${join(root, 'dist/cli/main.js')}"`);
  const { stdout } = await run('sh', ['-c', line.includes(' verify ') ? `! ${command}` : command], { cwd: folder });
  return stdout;
}

const running = useServer({ models: builtInModels });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'randar-readme-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Separate programs, one of which draws a large picture: seconds on an idle machine, longer on a busy one. */
const slow = { timeout: 600_000 };

/** Readers copy the code in these documents, so it runs unchanged except for the server's address. */
describe('the documentation', slow, () => {
  it('has a subscription that draws a picture', async () => {
    const [subscription = ''] = blocks('graphql');
    const events = await readEvents(overWebSocket(running().url, subscription, {}));
    expect(
      events.some(({ image }) => String((image as { dataUri?: string } | undefined)?.dataUri).startsWith('data:')),
    ).toBe(true);
    const completed = events.at(-1) as unknown as { images: { image: { url: string } }[] };
    expect((await fetch(completed.images[0]?.image.url ?? '')).status).toBe(200);
  });

  it.each(programs)('has programs that run: $name', async ({ code }) => {
    // Files are written to a temporary folder; packages are resolved from the code's location.
    const program = here(code).replace(/'([\w-]+\.png)'/g, (_, file: string) => JSON.stringify(join(folder, file)));
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
    expect(stdout).toMatch(/step 88\/88|GenerationCompleted/);
    for (const [, file = ''] of code.matchAll(/writeFile\('([^']+)'/g)) {
      expect((await stat(join(folder, file))).size).toBeGreaterThan(1000);
    }
  });

  it('has a curl command that follows a picture', async () => {
    const command = blocks('sh').find((code) => code.startsWith('curl')) ?? '';
    const { stdout } = await run('sh', ['-c', here(command)]);
    expect(stdout).toContain('GenerationCompleted');
  });

  it('has commands that draw into files', async () => {
    const commands = blocks('sh').find((code) => code.startsWith('npx randar generate')) ?? '';
    for (const line of commands.split('\n').filter((each) => each.includes(' generate '))) await randar(line);
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['rocket.png', 'ghost-0.webp', 'ghost-1.webp', 'ghost-2.webp', 'ghost-3.webp']),
    );
  });

  it('has commands that import files with the released names', async () => {
    const commands = importsIn(readme).split('\n');
    const shape = { dimension: 64, layers: 1, hidden: 32, vocabulary: 50, classes: 1000 };
    await writeTensors(join(folder, valueOf('transformer', commands[0])), randomTransformer(shape));
    await copyFile(goldenFile('llamagen-f4.pt'), join(folder, valueOf('tokenizer', commands[0])));
    const said: string[] = [];
    for (const line of commands) said.push(await randar(line.includes(' inspect ') ? line : `${line} --models models`));
    const [imported, listed, inspected, verified] = said;
    expect(imported).toMatch(/^labels +1000$/m);
    expect(listed).toMatch(/^randar-l .* 1000 labels/);
    expect(inspected).toContain('llamagen tokenizer: 50 codes');
    expect(verified).toMatch(/^ok {3}cache: /m);
  });

  it('imports both families as documented', async () => {
    const [randarLine, rarLine = ''] = importsIn(checkpoints).split('\n');
    expect(importsIn(readme).split('\n')).toContain(randarLine);
    await copyFile(goldenFile('rar-square8.bin'), join(folder, valueOf('transformer', rarLine)));
    await copyFile(goldenFile('maskgit-f4.bin'), join(folder, valueOf('tokenizer', rarLine)));
    await writeFile(join(folder, 'nine.txt'), 'a\nb\nc\nd\ne\nf\ng\nh\ni\n');
    expect(await randar(`${rarLine.replace('--labels imagenet', '--labels nine.txt')} --models models`)).toMatch(
      /^transformer +RAR, /m,
    );
  });

  it.each(linked)('has no dead link: %s', async (path) => {
    const text = await readFile(join(root, path), 'utf8');
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect((await stat(join(root, dirname(path), link))).isFile(), link).toBe(true);
  });
});
