import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/model/manifest.js';
import { PictureWorker } from '../../src/worker/picture-worker.js';
import { convertMaskGit, readMaskGitGolden } from '../support/goldens/maskgit.js';
import { writeGoldenModel } from '../support/goldens/models.js';

const device = { provider: 'cpu', index: 0 } as const;

let models: string;
let worker: PictureWorker | undefined;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'randar-family-'));
});
afterEach(async () => {
  await worker?.close();
  worker = undefined;
  await rm(models, { recursive: true });
});

/** Starts the picture thread of a model with the golden's MaskGIT weights, which model.json says are of `family`. */
async function start(family: string): Promise<PictureWorker> {
  const folder = await writeGoldenModel(models, 'square4');
  const maskgit = await convertMaskGit();
  await copyFile(maskgit.path, join(folder, 'tokenizer.safetensors'));
  await rm(maskgit.folder, { recursive: true });
  const file = join(folder, 'model.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...json, tokenizer: { file: 'tokenizer.safetensors', family } }));
  worker = new PictureWorker({ manifest: await readManifest(folder), device });
  return worker;
}

describe('the picture thread of a model with MaskGIT weights', () => {
  it('draws the pixels of the reference for its codes', async () => {
    const thread = await start('maskgit');
    const golden = readMaskGitGolden();
    expect(await thread.ready).toMatchObject({ vocabulary: 40, factor: 4 });
    const tokens = Int32Array.from(golden.codes.flat());
    expect([...(await thread.decode(tokens, { width: 8, height: 8 }))]).toEqual(golden.decoded_u8.flat(2));
  });

  it('fails at startup if model.json names the other family', async () => {
    const thread = await start('llamagen');
    await expect(thread.ready).rejects.toThrow(
      /tokenizer\.safetensors: contains a tokenizer of the family "maskgit", expected "llamagen"/,
    );
  });
});
