import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.js';
import { goldenFile, readGolden, type TransformerGolden } from '../support/goldens/load.js';
import { rarFile, rarGrid, readRarGolden } from '../support/goldens/rar.js';
import { generateSubscription, overWebSocket, post, readEvents, useServer } from '../support/server.js';

/** RAR beside RandAR, imported and served by one server: what clients see, and what is rejected. */

const golden = readRarGolden();
const { cells, classes } = golden.config;
const folder = mkdtempSync(join(tmpdir(), 'randar-rar-served-'));
const models = join(folder, 'models');

beforeAll(async () => {
  const common = { models, replace: false, measure: false, precision: 'fp32' } as const;
  const rar = { ...common, transformer: rarFile, tokenizer: goldenFile('maskgit-f4.bin'), grid: rarGrid };
  const named = async (count: number) => {
    const labels = join(folder, `labels-${count}`);
    await writeFile(labels, Array.from({ length: count }, (_, i) => `Class ${i}`).join('\n'));
    return labels;
  };
  const labels = await named(classes);
  await importModel({ ...rar, id: 'rar', labels }, () => undefined);
  await importModel({ ...rar, id: 'rar-any', labels, anyOrder: true }, () => undefined);
  await importModel({ ...rar, id: 'rar-int8', labels, precision: 'int8' }, () => undefined);
  const randar = { transformer: goldenFile('randar-square4.safetensors'), tokenizer: goldenFile('llamagen-f4.pt') };
  const grid = { width: 4, height: 4 };
  await importModel({ ...common, ...randar, id: 'randar', heads: 2, grid, labels: await named(10) }, () => undefined);
});
const running = useServer({ models });
afterAll(() => rm(folder, { recursive: true }));

interface Completed {
  readonly images: readonly { readonly grid: { readonly values: readonly number[] } }[];
}

/** The tokens of a finished picture, row by row. */
async function draw(input: object): Promise<readonly number[]> {
  const events = await readEvents(overWebSocket(running().url, generateSubscription, { input }));
  const last = events.at(-1);
  expect(last?.__typename).toBe('GenerationCompleted');
  return (last as unknown as Completed).images[0]?.grid.values ?? [];
}

/** As in the golden's case: greedy decoding. */
function inputOf({ label, guidance_scale, guidance_scale_pow }: (typeof golden.cases)[number], model = 'rar'): object {
  const guidance =
    guidance_scale === 0
      ? { start: 1, end: 1 }
      : { start: 1, end: guidance_scale, curve: 'COSINE', power: guidance_scale_pow };
  return { model, label: { index: label }, guidance, temperature: 0 };
}

async function refusal(input: object): Promise<{ field: unknown; message: string }> {
  const before = running().engine.list().length;
  const { errors } = await post(running().url, 'mutation ($input: GenerateInput!) { generate(input: $input) { id } }', {
    input: { model: 'rar', label: { index: 1 }, ...input },
  });
  expect(running().engine.list().length).toBe(before);
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  return { field: errors?.[0]?.extensions.field, message: errors?.[0]?.message ?? '' };
}

describe('pictures of RAR', () => {
  it.each(golden.cases)('have the tokens of the reference: label $label, guidance $guidance_scale', async (each) => {
    expect(await draw(inputOf(each))).toEqual(each.tokens);
  });

  it('have them also beside generations of both families', async () => {
    const square4 = readGolden<TransformerGolden>('randar-square4').cases[0];
    const [order = [], tokens = []] = [square4?.order[0], square4?.tokens[0]];
    const randar = {
      model: 'randar',
      label: { index: square4?.classes[0] ?? 0 },
      guidance: { start: square4?.cfg_scales[0], end: square4?.cfg_scales[1] },
      order: { positions: order },
      schedule: { tokensPerStep: square4?.tokens_per_step },
      temperature: 0,
    };
    const inputs = [...golden.cases.map((each) => inputOf(each)), randar];
    const expected = [...golden.cases.map((each) => each.tokens), tokens];
    expect(await Promise.all([...inputs, ...inputs].map(draw))).toEqual([...expected, ...expected]);
  });

  it('come one cell per step, in raster order, with previews', async () => {
    const input = { model: 'rar', label: { index: 1 }, seed: 3 };
    const events = await readEvents(overWebSocket(running().url, generateSubscription, { input }));
    const steps = events.filter(({ __typename }) => __typename === 'StepDecoded');
    const positions = steps.map(({ images }) => (images as { positions: number[] }[])[0]?.positions);
    expect(positions).toEqual(Array.from({ length: cells }, (_, cell) => [cell]));
    expect(events.some(({ __typename }) => __typename === 'PreviewRendered')).toBe(true);
  });

  it.each(['rar', 'rar-int8'])('are the same alone and together: %s', async (model) => {
    const inputs = [1, 2, 3, 4, 5].map((seed) => ({ model, label: { index: seed }, seed, temperature: 1, count: 2 }));
    const alone: (readonly number[])[] = [];
    for (const input of inputs) alone.push(await draw(input));
    expect(await Promise.all(inputs.map(draw))).toEqual(alone);
  });

  it('follow any order with weights that were never annealed', async () => {
    const input = { model: 'rar-any', label: { index: 2 }, seed: 4, order: { kind: 'SPIRAL' } };
    const events = await readEvents(overWebSocket(running().url, generateSubscription, { input }));
    const steps = events.filter(({ __typename }) => __typename === 'StepDecoded');
    const positions = steps.flatMap(({ images }) => (images as { positions: number[] }[])[0]?.positions ?? []);
    expect(positions).not.toEqual(Array.from({ length: cells }, (_, cell) => cell));
    expect([...positions].sort((a, b) => a - b)).toEqual(Array.from({ length: cells }, (_, cell) => cell));
  });
});

describe('the capabilities of a model', () => {
  it('are reported', async () => {
    const { data } = await post<{ models: readonly { id: string }[] }>(
      running().url,
      `{ models { id family capabilities { parallelSteps anyOrder knownTokens enlarging features }
         defaults { steps order guidanceStart guidanceEnd guidanceCurve guidancePower } } }`,
    );
    const [randar, rar, any] = ['randar', 'rar', 'rar-any'].map((id) => data?.models.find((each) => each.id === id));
    expect(randar).toMatchObject({
      family: 'randar',
      capabilities: { parallelSteps: true, anyOrder: true, knownTokens: true, enlarging: true, features: true },
      defaults: { order: 'RANDOM', guidanceStart: 1, guidanceEnd: 4, guidanceCurve: 'LINEAR', guidancePower: 1 },
    });
    expect(rar).toMatchObject({
      family: 'rar',
      capabilities: { parallelSteps: false, anyOrder: false, knownTokens: false, enlarging: false, features: false },
      defaults: { steps: cells, order: 'RASTER', guidanceStart: 4, guidanceEnd: 4 },
    });
    expect(any).toMatchObject({ capabilities: { anyOrder: true, parallelSteps: false } });
  });

  it.each([
    ['steps that decode several cells', { steps: 16 }, 'input.steps', 'omitted or 64'],
    ['a schedule of such steps', { schedule: { kind: 'COSINE' } }, 'input.schedule', 'one cell per step'],
    ['explicit counts', { schedule: { tokensPerStep: [32, 32] } }, 'input.schedule', 'one cell per step'],
    ['another order', { order: { kind: 'RANDOM' } }, 'input.order', 'annealed to raster order'],
    [
      'positions in another order',
      { order: { positions: Array.from({ length: 64 }, (_, i) => 63 - i) } },
      'input.order',
      'annealed to raster order',
    ],
    ['known tokens', { source: { tokens: { positions: [0], tokens: [1] } } }, 'input.source', 'known tokens'],
    ['a picture of twice the size', { size: { factor: 2 } }, 'input.size.factor', 'its own size'],
  ])('reject unsupported input: %s', async (_, input, field, says) => {
    const refused = await refusal(input);
    expect(refused.field).toBe(field);
    expect(refused.message).toContain(says);
  });

  it('allow the supported values: one by one, raster, factor 1', async () => {
    const input = { model: 'rar', label: { index: 1 }, steps: cells, order: { kind: 'RASTER' }, size: { factor: 1 } };
    expect(await draw({ ...input, schedule: { kind: 'ONE_BY_ONE' } })).toHaveLength(cells);
    expect(await draw({ ...input, order: { positions: Array.from({ length: cells }, (_, i) => i) } })).toHaveLength(
      cells,
    );
  });

  it('apply to features and plans', async () => {
    const dataUri = 'data:image/png;base64,iVBORw0KGgo=';
    const { errors } = await post(
      running().url,
      'query ($image: ImageInput!) { features(input: { model: "rar", image: $image }) { layer } }',
      { image: { dataUri } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.model' });
    const { data } = await post<{ decodingPlan: { tokensPerStep: number[] } }>(
      running().url,
      '{ decodingPlan(input: { model: "rar" }) { tokensPerStep } }',
    );
    expect(data?.decodingPlan.tokensPerStep).toEqual(new Array<number>(cells).fill(1));
  });
});
