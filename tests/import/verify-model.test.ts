import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.js';
import { verifyModel, type Check } from '../../src/import/verify-model.js';
import { inFloats, readManifest } from '../../src/model/manifest.js';
import { builtInModels } from '../support/goldens/models.js';
import { editWeights, useFolder, type Tensors } from '../support/weights.js';

const folder = useFolder();
const emoji = join(builtInModels, 'emoji');

async function verify(place: string, floats = false): Promise<Record<string, Check>> {
  const manifest = await readManifest(place);
  const checks = await verifyModel(floats ? inFloats(manifest) : manifest);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

/** The built-in model's float weights with one of its files edited. */
async function edited(id: string, file: string, edit: (tensors: Tensors) => void): Promise<Record<string, Check>> {
  const place = join(folder(), id);
  await mkdir(place);
  for (const name of await readdir(emoji)) await copyFile(join(emoji, name), join(place, name));
  await editWeights(join(emoji, file), join(place, file), edit);
  return verify(place, true);
}

const goodOf = (checks: Record<string, Check>) =>
  Object.fromEntries(Object.entries(checks).map(([name, { isGood }]) => [name, isGood]));

describe('the self-check', () => {
  it('passes the built-in model, with measurements', async () => {
    const checks = await verify(emoji);
    expect(goodOf(checks)).toEqual({ tokenizer: true, cache: true, precision: true, speed: true });
    expect(checks.tokenizer?.result).toMatch(/PSNR \d+\.\d dB .* \d+ of 256 tokens unchanged/);
    expect(checks.cache?.result).toMatch(/differ by at most \d\.\de-\d of their range/);
    expect(checks.precision?.result).toBe('int8, KL divergence 1.1e-3 from fp32, measured at import');
    expect(checks.speed?.result).toMatch(/ms per picture, .* ms per step, 88 steps, guidance up to 2/);
  });

  it('passes its float weights', async () => {
    const checks = await verify(emoji, true);
    expect(goodOf(checks)).toEqual({ tokenizer: true, cache: true, precision: true, speed: true });
    expect(checks.precision?.result).toBe('fp16; error not measured');
  });

  it('passes the model in 8 bits, with the error', async () => {
    const { divergence } = await importModel(
      {
        id: 'emoji8',
        models: folder(),
        transformer: join(emoji, 'transformer.safetensors'),
        tokenizer: join(emoji, 'tokenizer.safetensors'),
        labels: join(emoji, 'labels.json'),
        precision: 'int8',
        replace: false,
        measure: true,
      },
      () => undefined,
    );
    const checks = await verify(join(folder(), 'emoji8'));
    expect(goodOf(checks)).toEqual({ tokenizer: true, cache: true, precision: true, speed: true });
    expect(checks.precision?.result).toBe(
      `int8, KL divergence ${divergence?.toExponential(1)} from fp32, measured at import`,
    );
  });

  it('fails a tokenizer with wrong weights', async () => {
    const checks = await edited('tokenizer', 'tokenizer.safetensors', (tensors) => {
      const name = 'encoder.conv_in.weight';
      const tensor = tensors.get(name);
      if (tensor) tensors.set(name, { ...tensor, bytes: tensor.bytes.toReversed() });
    });
    expect(goodOf(checks)).toEqual({ tokenizer: false, cache: true, precision: true, speed: true });
  });

  it('fails a transformer that gives NaN', async () => {
    const checks = await edited('transformer', 'transformer.safetensors', (tensors) => {
      const name = 'layers.3.attention.wqkv.weight';
      const tensor = tensors.get(name);
      // 0x7e00 is NaN in binary16.
      if (tensor) tensors.set(name, { ...tensor, bytes: tensor.bytes.map((_, i) => (i % 2 === 0 ? 0 : 0x7e)) });
    });
    expect(checks.cache?.isGood).toBe(false);
  });
});
