import { expect, describe, it } from 'vitest';
import { openWeights } from '../../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../../src/checkpoint/parameters.js';
import { rar } from '../../../src/family/rar/family.js';
import { onOneThread } from '../../support/goldens/load.js';
import { rarFile, rarGrid, readRarGolden } from '../../support/goldens/rar.js';
import { filesIn, useFolder } from '../../support/weights.js';

const folder = useFolder();
const golden = readRarGolden();
const { heads, codes } = golden.config;

describe('the logits of RAR, block by block,', () => {
  it.each(['teacher_forced', 'teacher_forced_order'] as const)('are those of the reference: %s', async (kind) => {
    const { label, tokens, logits, logits_every } = golden[kind];
    const order = kind === 'teacher_forced' ? tokens.map((_, cell) => cell) : golden.teacher_forced_order.order;
    const file = await openWeights(rarFile);
    const weights = rar.read(new ParameterReader(rarFile, file.tensors), heads);
    const picture = {
      label,
      tokens: Int32Array.from(order, (cell) => tokens[cell] ?? NaN),
      order: Int32Array.from(order),
    };
    let done = 0;
    const source = { kind: 'widened', file, folder: folder() } as const;
    const actual = await weights.logitsByLayer(source, picture, rarGrid, onOneThread, () => done++);
    await file.close();
    expect(done).toBe(2);
    const range = Math.max(...logits.flat()) - Math.min(...logits.flat());
    const differences = logits.flatMap((expected, i) =>
      expected.map((value, token) => Math.abs(value - (actual[i * logits_every * codes + token] ?? NaN))),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-4 * range);
    expect(await filesIn(folder())).toEqual([]);
  });
});
