import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { goldenModels } from '../support/goldens/models.js';
import { randar, type Ended } from '../support/cli.js';

let models: string;
let folder: string;
beforeAll(async () => (models = await goldenModels()));
afterAll(() => rm(models, { recursive: true }));
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'randar-pictures-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Runs `randar generate` with an output file in the test's folder. */
function generate(label: string, file: string, ...more: readonly string[]): Promise<Ended> {
  return randar(['generate', label, '-o', join(folder, file), '--models', models, ...more]);
}

const files = async () => (await readdir(folder)).sort();

describe('randar generate', () => {
  it.each([
    ['x.png', 'png'],
    ['x.webp', 'webp'],
    ['X.JPG', 'jpeg'],
    ['x.avif', 'heif'],
  ])("writes a picture of the model's size: %s", async (file, format) => {
    const ended = await generate('class-3', file, '--seed', '5');
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: `${join(folder, file)} (seed 5)\n` });
    const metadata = await sharp(join(folder, file)).metadata();
    expect([metadata.format, metadata.width, metadata.height]).toEqual([format, 16, 16]);
    expect(await files()).toEqual([file]);
  });

  it('uses the given model', async () => {
    expect((await generate('class-3', 'x.png', '--model', 'square8')).code).toBe(0);
    expect((await sharp(join(folder, 'x.png')).metadata()).width).toBe(64);
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    for (const [file, seed] of [
      ['a.png', '7'],
      ['b.png', '7'],
      ['c.png', '8'],
    ] as const) {
      // prettier-ignore
      expect((await generate('3', file, '--seed', seed)).code).toBe(0);
    }
    const [a, b, c] = await Promise.all(['a.png', 'b.png', 'c.png'].map((file) => readFile(join(folder, file))));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  it('prints the random seed, which reproduces the picture', async () => {
    const { stdout } = await generate('class-1', 'a.png');
    const seed = /\(seed (\d+)\)\n$/.exec(stdout)?.[1] ?? '';
    expect((await generate('class-1', 'b.png', '--seed', seed)).code).toBe(0);
    expect(await readFile(join(folder, 'b.png'))).toEqual(await readFile(join(folder, 'a.png')));
  });

  it('numbers several pictures, each with its own seed', async () => {
    const { stdout } = await generate('class-3', 'x.y.png', '--count', '3', '--seed', '5');
    expect(await files()).toEqual(['x.y-0.png', 'x.y-1.png', 'x.y-2.png']);
    const lines = [0, 1, 2].map((i) => `${join(folder, `x.y-${i}.png`)} (seed ${5 + i})\n`);
    expect(stdout).toBe(lines.join(''));
    expect((await generate('class-3', 'alone.png', '--seed', '7')).code).toBe(0);
    expect(await readFile(join(folder, 'alone.png'))).toEqual(await readFile(join(folder, 'x.y-2.png')));
  });

  it('accepts every decoding option', async () => {
    const options = ['--seed', '1', '--steps', '16', '--guidance', '1:3.5', '--temperature', '0.5', '--top-k', '9'];
    const more = ['--top-p', '0.9', '--order', 'halton', '--schedule', 'one-by-one', '--device', 'cpu'];
    expect(await generate('class-3', 'x.png', ...options, ...more)).toMatchObject({ code: 0, stderr: '' });
    expect(await generate('class-3', 'y.png', '--seed', '1')).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'x.png'))).not.toEqual(await readFile(join(folder, 'y.png')));
  });

  it('overwrites an existing picture', async () => {
    await writeFile(join(folder, 'x.png'), 'something else');
    expect((await generate('class-3', 'x.png')).code).toBe(0);
    expect((await sharp(join(folder, 'x.png')).metadata()).format).toBe('png');
  });
});

describe('randar generate fails with one line and leaves no file', () => {
  async function refusal(ended: Promise<Ended>): Promise<string> {
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    return stderr;
  }
  afterEach(async () => expect(await files()).toEqual([]));

  it('for a misspelt label, with the closest ones', async () => {
    const says = await refusal(randar(['generate', 'rokcet', '-o', join(folder, 'x.png')]));
    expect(says).toMatch(/^randar: Expected <label> to be a label, got "rokcet"\./);
    expect(says).toContain('the closest are "rocket", ');
  });

  it.each<[readonly string[], string]>([
    [['--seed', 'lucky'], "option '--seed <n>' argument 'lucky' is invalid. Expected a number."],
    [['--temperature', ''], 'Expected a number.'],
    [['--count', '17'], 'Expected a whole number from 1 to 16.'],
    [['--guidance', 'strong'], 'Expected a scale such as 2, or a range such as 1:3.'],
    [['--order', 'zigzag'], 'Allowed choices are random, raster, spiral, halton, subsample, locality, center-out.'],
    [['--model', 'cats'], 'no model "cats" in'],
  ])('for %j', async (options, says) => {
    expect(await refusal(generate('class-3', 'x.png', ...options))).toContain(says);
  });

  it('for several wrong options, all at once', async () => {
    const options = ['--steps', '17', '--top-k', '51', '--guidance', '2:101', '--seed', '0.5', '--temperature', '11'];
    const says = await refusal(generate('10', 'x.png', ...options));
    for (const problem of [
      'Expected <label> to be a whole number from 0 to 9, got 10.',
      'Expected --steps to be a whole number from 1 to 16, got 17.',
      'Expected --top-k to be a whole number from 0 to 50, got 51.',
      'Expected --guidance to be a number from 0 to 100, got 101.',
      'Expected --seed to be a whole number from 0 to 2147483647, got 0.5.',
      'Expected --temperature to be a number from 0 to 10, got 11.',
    ]) {
      expect(says).toContain(problem);
    }
  });

  it('for an unsupported file format', async () => {
    expect(await refusal(generate('class-3', 'x.gif'))).toContain('.png, .webp, .jpg, .jpeg, .avif');
  });

  it('for a missing directory, before it draws', async () => {
    const says = await refusal(generate('class-3', 'no/x.png', '--models', join(folder, 'not read')));
    expect(says).toContain(`Directory ${join(folder, 'no')} does not exist; create it first.`);
  });

  it('without a file', async () => {
    expect(await refusal(randar(['generate', 'rocket']))).toContain("required option '-o, --output <file>'");
  });
});

describe('randar generate', () => {
  it('rejects a directory as output file', async () => {
    await mkdir(join(folder, 'x.png'));
    const { code, stderr } = await generate('class-3', 'x.png');
    expect(code).toBe(1);
    expect(stderr).toContain('This is a directory; expected a file name.');
  });

  it('leaves no partial file if the disk is full', async () => {
    await symlink('/dev/full', join(folder, 'x.png'));
    const { code, stderr } = await generate('class-3', 'x.png');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^randar: [^\n]+\n$/);
    expect(await files()).toEqual([]);
  });

  it.each(['cuda', 'webgpu'])('works on %s, or says in one line what is missing', async (device) => {
    const { code, stderr } = await generate('class-3', 'x.png', '--device', device);
    // WebGPU's library prints its own messages to standard error.
    const ours = stderr.split('\n').filter((line) => line.startsWith('randar: '));
    expect(ours).toHaveLength(code ?? -1);
    expect(await files()).toEqual(code === 0 ? ['x.png'] : []);
    for (const line of ours)
      expect(line).toMatch(new RegExp(`^randar: cannot use device "${device}(:0)?": (it|CUDA) needs `));
  });
});
