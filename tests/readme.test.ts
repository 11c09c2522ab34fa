import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenFile } from './support/goldens/load.js';
import { builtInModels } from './support/goldens/models.js';
import { randomTransformer, writeTensors } from './support/weights.js';
import { overWebSocket, readEvents, useServer } from './support/server.js';

/** What the README prints is what a reader copies: it runs as it stands, on a server at another port. */
const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, code = '']) => (name === language ? [code] : []));
const here = (text: string) => text.replaceAll('http://127.0.0.1:4000', running().server.address);
const run = promisify(execFile);

const running = useServer({ models: builtInModels });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'randar-readme-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Programs of their own, one of which draws a large picture: seconds on a free machine, more on a busy one. */
const slow = { timeout: 600_000 };

describe('the README', slow, () => {
  it('has a subscription that draws a picture', async () => {
    const [subscription = ''] = blocks('graphql');
    const events = await readEvents(overWebSocket(running().url, subscription, {}));
    expect(
      events.some(({ image }) => String((image as { dataUri?: string } | undefined)?.dataUri).startsWith('data:')),
    ).toBe(true);
    const completed = events.at(-1) as unknown as { images: { image: { url: string } }[] };
    expect((await fetch(completed.images[0]?.image.url ?? '')).status).toBe(200);
  });

  it.each(blocks('js'))('has programs that run: %#', async (code) => {
    // Written files go beside the reader's own; a package is found from where the code is.
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
    const main = join(root, 'dist/cli/main.js');
    for (const line of commands.split('\n').filter((each) => each.includes(' generate '))) {
      await run('sh', ['-c', line.replace('npx randar', `"${process.execPath}" "${main}"`)], { cwd: folder });
    }
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['rocket.png', 'ghost-0.webp', 'ghost-1.webp', 'ghost-2.webp', 'ghost-3.webp']),
    );
  });

  it('has commands that make files of the released names and kinds a model', async () => {
    const commands =
      blocks('sh')
        .find((code) => code.startsWith('npx randar import'))
        ?.trimEnd()
        .split('\n') ?? [];
    const named = (option: string) => new RegExp(`--${option} (\\S+)`).exec(commands[0] ?? '')?.[1] ?? '';
    const shape = { dimension: 64, layers: 1, hidden: 32, vocabulary: 50, classes: 1000 };
    await writeTensors(join(folder, named('transformer')), randomTransformer(shape));
    await copyFile(goldenFile('llamagen-f4.pt'), join(folder, named('tokenizer')));
    const main = join(root, 'dist/cli/main.js');
    const said: string[] = [];
    for (const line of commands) {
      // Random weights are no good model, and verify says so by its exit code.
      const isBad = line.includes(' verify ');
      const there = line.includes(' inspect ') ? line : `${line} --models models`;
      const command = there.replace('npx randar', `"${process.execPath}" "${main}"`);
      const { stdout } = await run('sh', ['-c', isBad ? `! ${command}` : command], { cwd: folder });
      said.push(stdout);
    }
    const [imported, listed, inspected, verified] = said;
    expect(imported).toMatch(/^labels +1000$/m);
    expect(listed).toMatch(/^randar-l .* 1000 labels/);
    expect(inspected).toContain('llamagen tokenizer: 50 codes');
    expect(verified).toMatch(/^ok {3}cache: /m);
  });

  it('points at files that are there', async () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect((await stat(join(root, link))).isFile()).toBe(true);
  });
});
