import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWeights } from '../../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../../src/checkpoint/parameters.js';
import { withSafetensors } from '../../../src/checkpoint/safetensors-file.js';
import type { Sequence } from '../../../src/decoding/sequence.js';
import { randar } from '../../../src/family/randar/family.js';
import type { LayerSource } from '../../../src/family/layerwise.js';
import { goldenFile, onOneThread, readGolden, type TransformerGolden } from '../../support/goldens/load.js';
import { readTensors, useFolder, writeSharded, writeTorch, type Tensors } from '../../support/weights.js';

const folder = useFolder();

describe.each(['randar-square4', 'randar-square8'])('the logits of %s, layer by layer,', (name) => {
  const golden = readGolden<TransformerGolden>(name);
  const { order, tokens, classes, logits, every } = golden.teacher_forced;
  const side = Math.sqrt(golden.config.block_size);
  const heads = golden.config.n_head;
  const cells = Int32Array.from(order[0] ?? []);
  const picture: Sequence = {
    label: classes[0] ?? 0,
    order: cells,
    tokens: Int32Array.from(cells, (cell) => tokens[0]?.[cell] ?? 0),
  };
  const expected = logits[0] ?? [];
  const range = Math.max(...expected.flat()) - Math.min(...expected.flat());

  let tensors: Tensors;
  beforeAll(async () => {
    tensors = await readTensors(goldenFile(`${name}.safetensors`));
  });

  async function expectReference(source: LayerSource): Promise<void> {
    const weights = randar.read(new ParameterReader(source.file.file, source.file.tensors), heads);
    const { vocabulary, layers } = weights.shape;
    let done = 0;
    const grid = { width: side, height: side };
    const actual = await weights.logitsByLayer(source, picture, grid, onOneThread, () => done++);
    expect(done).toBe(layers);
    expect(actual).toHaveLength(cells.length * vocabulary);
    const worst = expected.flatMap((at, i) =>
      at.map((value, token) => Math.abs(value - (actual[i * every * vocabulary + token] ?? NaN))),
    );
    expect(Math.max(...worst)).toBeLessThan(1e-4 * range);
  }

  async function expectReferenceFrom(path: string): Promise<void> {
    const file = await openWeights(path);
    await expectReference({ kind: 'widened', file, folder: folder() });
    await file.close();
    // A layer's temporary file is deleted before the next layer runs.
    expect((await readdir(folder())).filter((entry) => entry.startsWith('layer-'))).toEqual([]);
  }

  it('are those of the reference, from a mapped file', () =>
    withSafetensors(goldenFile(`${name}.safetensors`), (file) => expectReference({ kind: 'mapped', file })));

  it('are those of the reference, written out one by one', async () => {
    await expectReferenceFrom(goldenFile(`${name}.safetensors`));
  });

  it('are those of the reference, from shards', async () => {
    await expectReferenceFrom(await writeSharded(folder(), tensors));
  });

  it('are those of the reference, from a torch file', async () => {
    await expectReferenceFrom(await writeTorch(join(folder(), 'transformer.pt'), tensors));
  });
});
