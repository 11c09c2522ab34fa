import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Decoding, type PictureRequest } from '../../../src/decoding/decoding.js';
import type { Guidance } from '../../../src/decoding/guidance.js';
import { tokensPerStep } from '../../../src/decoding/schedule.js';
import { loadRar, type RarTransformer } from '../../../src/family/rar/transformer.js';
import { onOneThread } from '../../support/goldens/load.js';
import { convertRar, rarGrid, readRarGolden, type RarTeacherForced } from '../../support/goldens/rar.js';

const golden = readRarGolden();
const { cells, codes } = golden.config;
let folder: string;
let rar: RarTransformer;
beforeAll(async () => {
  const converted = await convertRar();
  folder = converted.folder;
  rar = await loadRar(converted.path, golden.config.heads, rarGrid, onOneThread);
});
afterAll(async () => {
  await rar.session.close();
  await rm(folder, { recursive: true });
});

const rangeOf = (logits: readonly (readonly number[])[]) => Math.max(...logits.flat()) - Math.min(...logits.flat());

/** The largest difference of a logit from the golden's, relative to their range. */
async function worstOf({ label, tokens, order, logits, logits_every }: RarTeacherForced): Promise<number> {
  const cellOrder = order ? Int32Array.from(order) : undefined;
  const inOrder = Int32Array.from(tokens, (token, at) => (order ? (tokens[order[at] ?? NaN] ?? NaN) : token));
  const actual = await rar.knownLogits({ label, tokens: inOrder, order: cellOrder ?? Int32Array.from(tokens.keys()) });
  const differences = logits.flatMap((expected, i) =>
    expected.map((value, token) => Math.abs(value - (actual[i * logits_every * codes + token] ?? NaN))),
  );
  return Math.max(...differences) / rangeOf(logits);
}

/** Greedy decoding, one cell per step in raster order. */
async function decode(label: number, guidance: Guidance, temperature: number) {
  const { session } = rar;
  const pictures: PictureRequest[] = [{ label, seed: 0, order: { kind: 'raster' } }];
  const decoding = new Decoding(await rar.layout({ pictures, guidance }), {
    pictures,
    tokensPerStep: tokensPerStep({ kind: 'one-by-one' }, cells),
    guidance,
    sampling: { temperature: 0, topK: 0, topP: 1 },
  });
  const cache = session.createCache(decoding.sequences, decoding.capacity);
  const tokens: number[] = [];
  const steps: Float32Array[] = [];
  while (!decoding.isDone) {
    const logits = await session.runAlone(decoding.next(), cache);
    tokens.push(...(decoding.apply(logits)[0]?.tokens ?? []));
    // Mixed in place: the logits the token was drawn from.
    steps.push(logits.slice(0, codes).map((logit) => logit / temperature));
  }
  return { tokens, steps };
}

describe('the logits of a known picture', () => {
  it("are the reference's in raster order", async () => {
    expect(await worstOf(golden.teacher_forced)).toBeLessThan(1e-4);
  });

  it("are the reference's in another order", async () => {
    expect(await worstOf(golden.teacher_forced_order)).toBeLessThan(1e-4);
  });
});

describe.each(golden.cases)('a picture of label $label with guidance $guidance_scale ^ $guidance_scale_pow', (each) => {
  const end = each.guidance_scale === 0 ? 1 : each.guidance_scale;
  const guidance = { start: 1, end, curve: 'cosine', power: each.guidance_scale_pow } as const;

  it("is the reference's, token by token", async () => {
    const { tokens, steps } = await decode(each.label, guidance, each.temperature);
    expect(tokens).toEqual(each.tokens);
    const differences = each.logits.flatMap((expected, i) =>
      expected.map((value, token) => Math.abs(value - (steps[i * each.logits_every]?.[token] ?? NaN))),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-4 * rangeOf(each.logits));
  });
});

it.each([
  ['with guidance, the null class for all of them', 2, [3, 5, golden.config.classes]],
  ['without guidance, no other', 1, [3, 5]],
] as const)('has the modulations of its labels computed, and %s', async (_, end, expected) => {
  const asked = vi.spyOn(rar.modulations, 'of');
  const pictures = [3, 5].map((label): PictureRequest => ({ label, seed: 0, order: { kind: 'raster' } }));
  await rar.layout({ pictures, guidance: { start: 1, end, curve: 'linear', power: 1 } });
  expect(asked.mock.calls.flat()).toEqual(expected);
  asked.mockRestore();
});

it('is rejected if model.json states other heads or another grid', async () => {
  const path = join(folder, 'transformer.safetensors');
  const said = /the weights are for 4 attention heads and 64 cells, but model\.json says/;
  await expect(loadRar(path, 8, rarGrid, onOneThread)).rejects.toThrow(said);
  await expect(loadRar(path, 4, { width: 16, height: 16 }, onOneThread)).rejects.toThrow(said);
});
