import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { engines } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { engines: { node: string } };
const oldest = engines.node.replace('>=', '');
const [major = 0, minor = 0] = oldest.split('.').map(Number);

/** Runs a script in a Node that claims to be another version. */
async function inNode(version: string, script: string) {
  const pretend = `data:text/javascript,Object.defineProperty(process,'version',{value:'v${version}'})`;
  const ran = promisify(execFile)(process.execPath, ['--import', pretend, script, '--version'], { cwd: root });
  return ran.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
}

describe('a Node that is too old', () => {
  it.each([
    ['18.20.8', 'bin/randar.js'],
    [`${major}.${minor - 1}.9`, 'bin/randar.js'],
    ['18.20.8', 'scripts/start.js'],
    ['18.20.8', 'scripts/dev.js'],
  ])('is reported in one line: %s, %s', async (version, script) => {
    const { code, stdout, stderr } = await inNode(version, script);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`randar needs Node ${oldest} or newer, and this is Node ${version}.\n`);
  });

  it.each([`${major}.${minor}.0`, `${major + 1}.0.0`, `${major + 80}.1.0`])('is not one of %s', async (version) => {
    expect(await inNode(version, 'bin/randar.js')).toMatchObject({ code: 0, stderr: '' });
  });
});
