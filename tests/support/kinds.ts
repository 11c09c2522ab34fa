import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Kind {
  readonly name: string;
  /** Ends a test or a hook that hangs: far above what any takes on a busy two-core machine, and never waited for. */
  readonly limitMs: number;
  readonly has: (file: string, text: string) => boolean;
}

const uses = (text: string, ...harnesses: readonly string[]) =>
  harnesses.some((harness) => text.includes(`support/${harness}.js'`));

/** A test file's kind is told by the harness that it imports, or by its folder; the first kind that has it counts. */
const kinds: readonly Kind[] = [
  { name: 'browser', limitMs: 240_000, has: (_, text) => uses(text, 'browser', 'studio/page') },
  {
    name: 'server',
    limitMs: 120_000,
    has: (file, text) =>
      uses(text, 'server', 'sources', 'cli', 'swiftshader') ||
      /^tests\/(engine|worker|examples|scripts|dev)\//.test(file),
  },
  { name: 'import', limitMs: 120_000, has: (file) => file.startsWith('tests/import/') },
  { name: 'unit', limitMs: 60_000, has: () => true },
];

const kindOf = (file: string) => {
  const text = readFileSync(`${root}${file}`, 'utf8');
  return kinds.find(({ has }) => has(file, text));
};

const resolve = {
  // Vite takes graphql's ESM build and Node its CommonJS one: two copies, whose classes are not each other's.
  alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
};

/** One vitest project for each kind: `npm test -- --project unit` runs the quick ones. */
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
