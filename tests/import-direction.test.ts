import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { folders, importable } from '../import-direction.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const direction = 'import-x/no-restricted-paths';
const typeImports = '@typescript-eslint/consistent-type-imports';

// The project's configuration without type information, since the files in these tests do not exist.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: tseslint.configs.disableTypeChecked,
  ruleFilter: ({ ruleId }) => ruleId === direction || ruleId === typeImports,
});

async function complaints(file: string, code: string, rule = direction): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
  if (!result || result.fatalErrorCount > 0) throw new Error(`${file} was not linted: ${JSON.stringify(result)}`);
  return result.messages.filter(({ ruleId }) => ruleId === rule).map(({ message }) => message);
}

const oneWay =
  'imports go cli -> server -> api -> engine -> scheduler, preview -> worker -> import -> model -> family, tokenizer -> runtime -> graph -> checkpoint -> generation -> decoding, image -> numbers, one way';

describe('the import direction', () => {
  it.each([
    ['an import', "import { a } from '../engine/a.js'; a();"],
    ['a type-only import', "import type { A } from '../engine/a.js'; export type B = A;"],
    ['an inline type import', "import { type A } from '../engine/a.js'; export type B = A;"],
    ['a re-export', "export { a } from '../engine/a.js';"],
    ['a re-export of everything', "export * from '../engine/a.js';"],
    ['an import for its effects', "import '../engine/a.js';"],
    ['an import when it runs', "export const a = await import('../engine/a.js');"],
    ['a way round through src', "export * from '../../src/engine/a.js';"],
  ])('rejects %s against it, and says which rule was broken and why', async (_, code) => {
    const [message, ...more] = await complaints('src/graph/x.ts', code);
    expect(message).toContain(`src/graph may not import src/engine: ${oneWay}`);
    expect(more).toEqual([]);
  });

  it('cannot be bypassed by import() in a type', async () => {
    const messages = await complaints('src/graph/x.ts', "export type A = import('../engine/a.js').A;", typeImports);
    expect(messages).toHaveLength(1);
  });

  it('holds for every pair of folders, in folders of theirs too', async () => {
    for (const from of folders) {
      const imports = folders.map((to) => `import '../../${to}/a.js';`).join('\n');
      const refused = folders.filter((to) => to !== from && !importable(from).includes(to));
      const messages = await complaints(`src/${from}/deeper/x.ts`, imports);
      expect(messages).toHaveLength(refused.length);
      for (const [i, to] of refused.entries()) expect(messages[i]).toContain(`src/${from} may not import src/${to}: `);
    }
  });

  it('lets a folder import those to its right only', () => {
    expect(importable('numbers')).toEqual([]);
    expect(importable('image')).toEqual(['numbers']);
    expect(importable('decoding')).toEqual(['numbers']);
    expect(importable('generation')).toEqual(['decoding', 'image', 'numbers']);
    expect(importable('checkpoint')).toEqual(['generation', ...importable('generation')]);
    expect(importable('graph')).toEqual(['checkpoint', ...importable('checkpoint')]);
    expect(importable('scheduler')).toEqual([
      'worker',
      'import',
      'model',
      'family',
      'tokenizer',
      'runtime',
      'graph',
      ...importable('graph'),
    ]);
    expect(importable('preview')).toEqual(importable('scheduler'));
    expect(importable('engine')).toEqual(['scheduler', 'preview', ...importable('scheduler')]);
    expect(importable('cli')).toEqual(['server', 'api', 'engine', ...importable('engine')]);
  });

  it('allows the page to import the client only by its name', async () => {
    const file = 'studio/src/components/x.tsx';
    const [server, client, ...more] = await complaints(
      file,
      "import '../../../src/decoding/grid.js';\nimport '../../../client/src/client.js';\nimport 'randar-client';",
    );
    expect(server).toContain('studio/src may not import src: the page uses the server only through randar-client');
    expect(client).toContain('studio/src may not import client: ');
    expect(more).toEqual([]);
  });

  it('keeps folders of one level apart from each other', async () => {
    const messages = await complaints('src/image/x.ts', "import type { Order } from '../decoding/order.js';");
    expect(messages).toEqual([expect.stringContaining(`src/image may not import src/decoding: ${oneWay}`)]);
  });

  it('keeps the client apart from the server', async () => {
    const messages = await complaints('client/src/x.ts', "import type { A } from '../../src/api/a.js';");
    expect(messages).toEqual([expect.stringContaining('client/src may not import src: ')]);
  });

  it.each([
    ['src/cli/x.ts', "import '../server/a.js'; import '../checkpoint/a.js'; import '../image/a.js';"],
    ['src/graph/x.ts', "import type { A } from '../checkpoint/a.js'; import './onnx.js'; import 'protobufjs';"],
    ['src/engine/x.ts', "import '../preview/a.js'; import '../scheduler/a.js'; import '../generation/a.js';"],
    ['client/src/x.ts', "import './session.js'; import 'graphql-ws';"],
    ['tests/x.ts', "import '../src/graph/a.js'; import '../src/engine/a.js';"],
  ])('allows the imports of %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });

  it('covers every folder in src', () => {
    const unknown = readdirSync(`${root}src`).filter((name) => !folders.includes(name));
    expect(unknown).toEqual([]);
  });
});
