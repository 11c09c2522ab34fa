import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withDownloaded } from '../../src/runtime/cuda/bring-wheels.js';
import { parts } from '../../src/runtime/cuda/libraries.js';
import { wheels, type Wheel } from '../../src/runtime/cuda/wheels.js';
import { randar } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = () => temporaryFolder('setup-cuda');

/** The smallest of the wheels, downloaded by pip; undefined without a registry, which fails in CI. */
const runtime = wheelOf('CUDA runtime');
const brought = await bringSmall();

function wheelOf(name: string): Wheel {
  const wheel = wheels.find(({ part }) => part === name);
  if (!wheel) throw new Error(`no wheel brings ${name}`);
  return wheel;
}

async function bringSmall(): Promise<string | undefined> {
  const to = folder();
  try {
    await withDownloaded(runtime, to, (path) => copyFile(path, join(to, runtime.file)));
    return to;
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(`pip brings nothing here, so its tests are left out: ${String(error)}`);
    return undefined;
  }
}

/** A folder that has every part but one. */
async function folderWithout(name: string): Promise<string> {
  const to = folder();
  const files = parts.filter((part) => part.name !== name).flatMap((part) => part.files);
  await Promise.all(files.map((file) => writeFile(join(to, file), 'there already')));
  return to;
}

const isLibrary = async (path: string) => (await readFile(path)).subarray(1, 4).toString() === 'ELF';

describe('randar setup-cuda', () => {
  it.runIf(brought)('has pip bring what is missing, and leaves what is there', async () => {
    const to = await folderWithout('CUDA runtime');
    const { code, stdout } = await randar(['setup-cuda', '--to', to]);
    expect(code).toBe(0);
    expect(stdout).toContain(`CUDA runtime: ${runtime.file}, 2.2 MB, to ${to}`);
    expect(stdout).toContain(`RANDAR_CUDA_LIBRARIES=${to}`);
    expect(await isLibrary(join(to, 'libcudart.so.13'))).toBe(true);
    expect(await readFile(join(to, 'libcublas.so.13'), 'utf8')).toBe('there already');
    // Neither the wheel nor a partial file remains.
    expect(await readdir(to)).toHaveLength(parts.flatMap(({ files }) => files).length);
  });

  it.runIf(brought)('takes wheels from a folder, without pip', async () => {
    const to = await folderWithout('CUDA runtime');
    const { code, stderr } = await randar(['setup-cuda', '--to', to, '--from', brought ?? ''], { PATH: '/nowhere' });
    expect([code, stderr]).toEqual([0, '']);
    expect(await isLibrary(join(to, 'libcudart.so.13'))).toBe(true);
  });

  it('downloads nothing if everything is installed, and cuDNN only for pixels', async () => {
    const to = await folderWithout('cuDNN');
    const nowhere = { PATH: '/nowhere' };
    expect(await randar(['setup-cuda', '--to', to], nowhere)).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await randar(['setup-cuda', '--to', to, '--pixels'], nowhere);
    expect(code).toBe(1);
    expect(stderr).toContain(`nvidia-cudnn-cu13==${wheelOf('cuDNN').version}`);
  });

  it('says without Python what to download and how to use it', async () => {
    const { code, stderr } = await randar(['setup-cuda', '--to', folder()], { PATH: '/nowhere' });
    expect(code).toBe(1);
    expect(stderr).toContain('downloading needs python3 with pip');
    for (const { project, version, part } of wheels) {
      expect(stderr.includes(`${project}==${version}`)).toBe(part !== 'cuDNN');
    }
    expect(stderr).toContain('"npx randar setup-cuda --from wheels"');
  });

  it('reports wheels missing from a directory before it unpacks any', async () => {
    const [from, to] = [folder(), folder()];
    const { code, stderr } = await randar(['setup-cuda', '--to', to, '--from', from]);
    expect(code).toBe(1);
    expect(stderr).toContain(`randar: ${from} lacks ${runtime.file}, ${wheelOf('cuBLAS').file}`);
    expect(await readdir(to)).toEqual([]);
  });

  it('rejects a wheel other than the pinned one', async () => {
    const [from, to] = [folder(), await folderWithout('CUDA runtime')];
    await writeFile(join(from, runtime.file), 'something else');
    const { code, stderr } = await randar(['setup-cuda', '--to', to, '--from', from]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${join(from, runtime.file)} is not the expected ${runtime.file}`);
    expect(stderr).toContain(runtime.sha256);
    expect(await readdir(to)).not.toContain('libcudart.so.13');
  });
});
