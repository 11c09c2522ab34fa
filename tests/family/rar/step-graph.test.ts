import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../../src/checkpoint/parameters.js';
import { openSafetensors } from '../../../src/checkpoint/safetensors-file.js';
import { fileSource } from '../../../src/checkpoint/source.js';
import { writeSafetensors } from '../../../src/checkpoint/write-safetensors.js';
import { rarInputs, type RarSequence } from '../../../src/family/rar/sequence-layout.js';
import { conditionsOf, foldPlaces } from '../../../src/family/rar/tables.js';
import { buildRarStepGraph } from '../../../src/family/rar/step-graph.js';
import { readRar } from '../../../src/family/rar/weights.js';
import { storedForm } from '../../../src/import/stored-form.js';
import { feedsAlone, packLanes } from '../../../src/runtime/lanes.js';
import { rar as family } from '../../../src/family/rar/family.js';
import { loadRar, type RarTransformer } from '../../../src/family/rar/transformer.js';
import { createSession, floatsOf } from '../../../src/runtime/session.js';
import { onOneThread } from '../../support/goldens/load.js';
import { rarFile, rarGrid } from '../../support/goldens/rar.js';
import { useFolder } from '../../support/weights.js';

const folder = useFolder();

/** The golden with its matrices in a precision. */
async function stored(precision: 'fp32' | 'int8' | 'int4'): Promise<string> {
  const path = join(folder(), `${precision}.safetensors`);
  const file = await openWeights(rarFile);
  const weights = family.read(new ParameterReader(rarFile, file.tensors), 4);
  await writeSafetensors(path, storedForm(weights, file, precision), (form) => form.bytes());
  await file.close();
  return path;
}

/** Sequences that differ in label, order and tokens. */
async function rowOf({ tables, modulations, shape }: RarTransformer, seed: number): Promise<RarSequence> {
  const { cells, vocabulary, classes } = shape;
  const label = seed % (classes + 1);
  const order = Int32Array.from({ length: cells }, (_, at) => (at * (2 * seed + 1) + seed) % cells);
  const tokens = Int32Array.from({ length: cells }, (_, at) => (at * at + seed * 7) % vocabulary);
  return { label, tokens, places: foldPlaces(tables, order), modulation: await modulations.of(label) };
}

/** The logits of one sequence of a batch over a first step and three more. */
async function logitsOf({ session, tables, shape }: RarTransformer, rows: readonly RarSequence[], of: number) {
  const cache = session.createCache(rows.length, 1 + shape.cells);
  const logits: number[] = [];
  for (let step = 0; step < 4; step++) {
    const inputs = step === 0 ? rarInputs(0, 2, rows, 1, tables) : rarInputs(step + 1, 1, rows, 1, tables);
    const all = await session.runAlone(inputs, cache);
    logits.push(...all.subarray(of * shape.vocabulary, (of + 1) * shape.vocabulary));
  }
  return logits;
}

describe.each(['fp32', 'int8', 'int4'] as const)('the step graph in %s', (precision) => {
  it('gives the same logits as with adaLN inside', async () => {
    const path = await stored(precision);
    const rar = await loadRar(path, 4, rarGrid, onOneThread);
    const file = await openSafetensors(await fileSource(path));
    const weights = readRar(new ParameterReader(path, file.tensors));
    const inside = await createSession(buildRarStepGraph(weights, file, { adaLn: 'inside' }), onOneThread);
    const { tables, shape, session } = rar;
    const row = await rowOf(rar, 5);
    const inputs = rarInputs(0, 1 + shape.cells, [row], shape.cells, tables);
    const { modulation, ...feeds } = feedsAlone(inputs, shape);
    expect(modulation?.dims).toEqual([1 + shape.cells, (6 * shape.layers + 2) * shape.dimension]);
    const condition = new ort.Tensor('float32', conditionsOf(tables, row.label), [1 + shape.cells, shape.dimension]);
    const expected = floatsOf(await inside.run({ ...feeds, condition }), 'logits');
    const actual = await session.runAlone(inputs, session.createCache(1, 1 + shape.cells));
    expect(actual).toHaveLength(shape.cells * shape.vocabulary);
    expect(actual).toEqual(expected);
    await Promise.all([inside.release(), session.close(), file.close()]);
  });
});

describe.each(['int8', 'int4'] as const)('RAR in %s', (precision) => {
  it('gives a sequence bit-identical logits alone and in any batch', async () => {
    const rar = await loadRar(await stored(precision), 4, rarGrid, onOneThread);
    const mine = await rowOf(rar, 3);
    const alone = await logitsOf(rar, [mine], 0);
    for (const company of [1, 4]) {
      const others = await Promise.all(Array.from({ length: company }, (_, i) => rowOf(rar, 10 + i)));
      for (const place of [0, company]) {
        const rows = [...others.slice(0, place), mine, ...others.slice(place)];
        expect(await logitsOf(rar, rows, place)).toEqual(alone);
      }
    }
    await rar.session.close();
  });
});

describe('lanes of one run', () => {
  it('give each the same as alone, whatever the others have', async () => {
    const path = await stored('int8');
    const rar = await loadRar(path, 4, rarGrid, onOneThread);
    const file = await openSafetensors(await fileSource(path));
    const weights = readRar(new ParameterReader(path, file.tensors));
    const shared = await createSession(buildRarStepGraph(weights, file, { lanes: 2 }), onOneThread);
    const { tables, shape, session } = rar;
    const guided = rarInputs(0, 2, [await rowOf(rar, 1), await rowOf(rar, 9)], 1, tables);
    const longer = rarInputs(0, 9, [await rowOf(rar, 4)], 3, tables);
    const alone = [
      await session.runAlone(guided, session.createCache(2, 1 + shape.cells)),
      await session.runAlone(longer, session.createCache(1, 1 + shape.cells)),
    ];
    const lanes = [
      { inputs: guided, cache: session.createCache(2, 1 + shape.cells) },
      { inputs: longer, cache: session.createCache(1, 1 + shape.cells) },
    ];
    const outputs = await shared.run(packLanes(lanes, shape).feeds);
    expect([...floatsOf(outputs, 'logits')]).toEqual(alone.flatMap((logits) => [...logits]));
    await Promise.all([shared.release(), session.close(), file.close()]);
  });
});
