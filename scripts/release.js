import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';

// Packs both packages into artifacts/release, and checks them by installing them.

const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'artifacts/release');

const packages = [
  {
    folder: root,
    has: ['bin/randar.js', 'dist/cli/main.js', 'dist/studio/index.html', 'models/emoji/model.json', 'schema.graphql'],
    only: /^(bin|dist|labels|models)\/|^(LICENSE|README\.md|package\.json|schema\.graphql)$/,
    never: /\.tsbuildinfo$|\.tsx?$/,
  },
  {
    folder: path.join(root, 'client'),
    has: ['dist/index.js', 'dist/index.d.ts', 'dist/react/index.js', 'dist/canvas.js', 'dist/documents.js'],
    only: /^(dist|src)\/|^(LICENSE|README\.md|package\.json)$/,
    never: /\.tsbuildinfo$/,
  },
];

function run(command, args, cwd, stdout = 'inherit') {
  return execFileSync(command, args, { cwd, stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
}

function check(holds, problem) {
  if (!holds) throw new Error(problem);
}

/** Returns the path of the packed file. */
function pack({ folder, has, only, never }) {
  const [{ name, version, filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', target], folder, 'pipe'),
  );
  const paths = files.map((file) => file.path);
  const missing = has.filter((file) => !paths.includes(file));
  const unwanted = paths.filter((file) => !only.test(file) || (never.test(file) && !file.endsWith('.d.ts')));
  check(missing.length === 0, `${name} is packed without ${missing.join(', ')}`);
  check(unwanted.length === 0, `${name} is packed with ${unwanted.join(', ')}`);
  const changes = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
  check(changes.includes(`\n## ${version}`), `CHANGELOG.md says nothing of ${version}, the version of ${name}`);
  const file = path.join(target, filename);
  run(process.execPath, ['node_modules/publint/src/cli.js', 'run', file, '--strict'], root);
  console.log(`${name} ${version}: ${files.length} files`);
  return file;
}

/** Installs the packed files in an empty folder, draws a picture with one and imports the other. */
function tryOut(files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'randar-release-'));
  try {
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...files, 'graphql'], folder);
    run('npx', ['randar', '--version'], folder);
    run('npx', ['randar', 'generate', 'rocket', '-o', 'rocket.png'], folder);
    const signature = readFileSync(path.join(folder, 'rocket.png')).subarray(1, 4).toString();
    check(signature === 'PNG', 'randar generate made no PNG');
    const program =
      "const { createClient } = await import('randar-client'); await createClient({ url: 'http://localhost' }).close();";
    run(process.execPath, ['--input-type=module', '-e', program], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

build();
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const files = packages.map(pack);
tryOut(files);
console.log(`Ready to be published:\n${files.map((file) => `  ${path.relative(root, file)}`).join('\n')}`);
