import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goldenFile, readGolden, type TransformerGolden } from './load.js';

export const builtInModels = fileURLToPath(new URL('../../../models', import.meta.url));

/** Matching pairs of the goldens' checkpoints: a transformer, and a tokenizer with as many codes. */
const pairs = {
  square4: { transformer: 'randar-square4', tokenizer: 'llamagen-f4' },
  square8: { transformer: 'randar-square8', tokenizer: 'llamagen-f8' },
} as const;

/** A temporary models directory with the goldens; square4 is the first. */
export async function goldenModels(): Promise<string> {
  const models = await mkdtemp(join(tmpdir(), 'randar-models-'));
  for (const id of Object.keys(pairs) as (keyof typeof pairs)[]) await writeGoldenModel(models, id);
  return models;
}

export async function writeGoldenModel(models: string, id: keyof typeof pairs): Promise<string> {
  const { transformer, tokenizer } = pairs[id];
  const { config } = readGolden<TransformerGolden & { config: { num_classes: number } }>(transformer);
  const side = Math.sqrt(config.block_size);
  const folder = join(models, id);
  await mkdir(folder);
  await copyFile(goldenFile(`${transformer}.safetensors`), join(folder, 'transformer.safetensors'));
  await copyFile(goldenFile(`${tokenizer}.safetensors`), join(folder, 'tokenizer.safetensors'));
  const labels = Array.from({ length: config.num_classes }, (_, index) => ({
    index,
    name: `class-${index}`,
    title: `Class ${index}`,
  }));
  await writeFile(join(folder, 'labels.json'), JSON.stringify(labels));
  await writeFile(
    join(folder, 'model.json'),
    JSON.stringify({
      name: id,
      family: 'randar',
      transformer: { file: 'transformer.safetensors', heads: config.n_head },
      tokenizer: { file: 'tokenizer.safetensors', family: 'llamagen' },
      grid: { width: side, height: side },
      labels: 'labels.json',
      defaults: { steps: 8, guidance: { start: 1, end: 4 }, temperature: 1 },
    }),
  );
  return folder;
}
