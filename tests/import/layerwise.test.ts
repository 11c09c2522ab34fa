import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { openSafetensors } from '../../src/checkpoint/safetensors-file.js';
import { fileSource } from '../../src/checkpoint/source.js';
import type { Row } from '../../src/decoding/step.js';
import { readTransformer } from '../../src/graph/transformer-weights.js';
import { floatLayersOf, layersOf, teacherForcedLogits, type Layers } from '../../src/import/layerwise.js';
import { goldenFile, onOneThread, readGolden, type TransformerGolden } from '../support/goldens/load.js';
import { readTensors, useFolder, writeSharded, writeTorch, type Tensors } from '../support/weights.js';

const folder = useFolder();

describe.each(['randar-square4', 'randar-square8'])('the logits of %s, layer by layer,', (name) => {
  const golden = readGolden<TransformerGolden>(name);
  const { order, tokens, classes, logits, every } = golden.teacher_forced;
  const side = Math.sqrt(golden.config.block_size);
  const heads = golden.config.n_head;
  const cells = Int32Array.from(order[0] ?? []);
  const row: Row = {
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

  async function expectReference(layers: Layers): Promise<void> {
    let done = 0;
    const actual = await teacherForcedLogits(layers, row, { width: side, height: side }, onOneThread, () => done++);
    const { vocabulary } = layers.weights.shape;
    expect(done).toBe(layers.weights.layers.length);
    expect(actual).toHaveLength(cells.length * vocabulary);
    const worst = expected.flatMap((at, i) =>
      at.map((value, token) => Math.abs(value - (actual[i * every * vocabulary + token] ?? NaN))),
    );
    expect(Math.max(...worst)).toBeLessThan(1e-4 * range);
  }

  async function expectReferenceFrom(path: string): Promise<void> {
    const file = await openWeights(path);
    const weights = readTransformer(new ParameterReader(path, file.tensors), heads);
    await expectReference(floatLayersOf(weights, file, folder()));
    await file.close();
    // What was written for one layer is gone when the next one runs.
    expect((await readdir(folder())).filter((entry) => entry.startsWith('layer-'))).toEqual([]);
  }

  it('are those of the reference, where they lie in a file', async () => {
    const path = goldenFile(`${name}.safetensors`);
    const file = await openSafetensors(await fileSource(path));
    const weights = readTransformer(new ParameterReader(path, file.tensors), heads);
    await expectReference(layersOf(weights, file));
    await file.close();
  });

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
