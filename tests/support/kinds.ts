import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Kind {
  readonly name: string;
  /** Timeout for a test or hook that hangs: far longer than any takes on a busy two-core machine. */
  readonly limitMs: number;
  readonly has: (file: string, text: string) => boolean;
}

const uses = (text: string, ...harnesses: readonly string[]) =>
  harnesses.some((harness) => text.includes(`support/${harness}.js'`));

/** The kind of a test file follows from the harness it imports, or from its folder; the first match counts. */
const kinds: readonly Kind[] = [
  { name: 'browser', limitMs: 240_000, has: (_, text) => uses(text, 'browser', 'studio/page') },
  {
    name: 'server',
    limitMs: 120_000,
    has: (file, text) =>
      uses(text, 'server', 'sources', 'cli', 'swiftshader') || /^tests\/(engine|worker|examples|scripts)\//.test(file),
  },
  { name: 'import', limitMs: 120_000, has: (file) => file.startsWith('tests/import/') },
  { name: 'unit', limitMs: 60_000, has: () => true },
];

const kindOf = (file: string) => {
  const text = readFileSync(`${root}${file}`, 'utf8');
  return kinds.find(({ has }) => has(file, text));
};

const resolve = {
  // Vite would use graphql's ESM build and Node its CommonJS build: two copies with distinct classes.
  alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
};

/** One vitest project per kind: `npm test -- --project unit` runs the fast ones. */
export function testProjects() {
  const files = readdirSync(`${root}tests`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `tests/${file.replaceAll('\\', '/')}`);
  return kinds.map((kind) => ({
    resolve,
    test: {
      name: kind.name,
      include: files.filter((file) => kindOf(file) === kind),
      setupFiles: 'tests/support/seed.ts',
      testTimeout: kind.limitMs,
      hookTimeout: kind.limitMs,
    },
  }));
}
