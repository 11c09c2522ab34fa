import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { randar } from '../support/cli.js';

const packageJson = fileURLToPath(new URL('../../package.json', import.meta.url));

const shared = '--model <id> --models <directory> --device <device> --floats --help';
const named: Record<string, string> = {
  '--help': 'serve generate import models inspect verify doctor setup-cuda --version --help',
  'serve --help': `--port PORT --host HOST --public-url --max-queued --keep ${shared}`,
  'generate --help': `label --output --seed --count --steps --guidance --temperature --top-k --top-p ${shared}`,
  'import --help':
    '--id --transformer --tokenizer --labels --precision fp32 fp16 int8 int4 --heads --grid --name --license --replace --no-measure --models',
  'setup-cuda --help': '--pixels --from <directory> --to <directory> --help',
  'doctor --help': '--json --help',
  'help generate':
    '--order random raster spiral halton subsample locality center-out --schedule cosine linear one-by-one',
};

describe('the help', () => {
  it.each(Object.entries(named))('of randar %s lists all commands or options', async (args, names) => {
    const { code, stdout, stderr } = await randar(args.split(' '));
    expect([code, stderr]).toEqual([0, '']);
    for (const name of names.split(' ')) expect(stdout).toContain(name);
  });

  it('is printed as an error without a command', async () => {
    const { code, stdout, stderr } = await randar([]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Usage: randar');
  });

  it('is mentioned for an unknown command', async () => {
    const { code, stderr } = await randar(['draw']);
    expect(code).toBe(1);
    expect(stderr).toBe("error: unknown command 'draw'\n(run randar --help for usage)\n");
  });
});

describe('the version', () => {
  it('is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string };
    expect(await randar(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});
