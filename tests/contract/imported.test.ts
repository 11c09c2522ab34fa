import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Precision } from '../../src/graph/linear.js';
import { importModel } from '../../src/import/import-model.js';
import { goldenFile, readGolden, type TokenizerGolden, type TransformerGolden } from '../support/goldens/load.js';
import { readMaskGitGolden } from '../support/goldens/maskgit.js';
import { randomTransformer, writeTensors } from '../support/weights.js';
import { overWebSocket, post, readEvents, useServer } from '../support/server.js';

/** Serves imported goldens: everything clients see is what the reference computes. */

interface Imported {
  readonly id: string;
  readonly transformer: string;
  readonly tokenizer: string;
  readonly heads: number;
  readonly classes: number;
  readonly side: number;
  readonly precision: Precision;
}

const folder = mkdtempSync(join(tmpdir(), 'randar-imported-'));
const models = join(folder, 'models');
const square4 = { transformer: goldenFile('randar-square4.safetensors'), heads: 2, classes: 10 };
const square8 = { transformer: goldenFile('randar-square8.safetensors'), heads: 3, classes: 7 };
const random = { transformer: join(folder, 'random.safetensors'), heads: 1, classes: 4 };
const [f4, f8, maskgit] = ['llamagen-f4.pt', 'llamagen-f8.pt', 'maskgit-f4.bin'].map(goldenFile) as [
  string,
  string,
  string,
];

const imported: readonly Imported[] = [
  { id: 'square4', ...square4, tokenizer: f4, side: 4, precision: 'fp32' },
  { id: 'square8', ...square8, tokenizer: f8, side: 8, precision: 'fp32' },
  // The golden of this tokenizer is a picture of 8x8 cells.
  { id: 'square4-wide', ...square4, tokenizer: f4, side: 8, precision: 'fp16' },
  { id: 'square4-int4', ...square4, tokenizer: f4, side: 4, precision: 'int4' },
  { id: 'maskgit', ...random, tokenizer: maskgit, side: 8, precision: 'fp32' },
  { id: 'maskgit-int8', ...random, tokenizer: maskgit, side: 8, precision: 'int8' },
  { id: 'maskgit-int4', ...random, tokenizer: maskgit, side: 8, precision: 'int4' },
];

beforeAll(async () => {
  const shape = { dimension: 64, layers: 2, hidden: 96, vocabulary: 40, classes: random.classes };
  await writeTensors(random.transformer, randomTransformer(shape));
  for (const { classes, side, ...files } of imported) {
    const labels = join(folder, `labels-${classes}`);
    await writeFile(labels, Array.from({ length: classes }, (_, i) => `Class ${i}`).join('\n'));
    const grid = { width: side, height: side };
    await importModel({ ...files, models, labels, grid, replace: false, measure: false }, () => undefined);
  }
});
const running = useServer({ models });
afterAll(() => rm(folder, { recursive: true }));

const subscription = `subscription ($input: GenerateInput!) { generate(input: $input) {
  __typename sequence generation { id status }
  ... on StepDecoded { images { positions tokens } }
  ... on GenerationCompleted { images { grid: tokens { values } image { width height } } }
} }`;

interface Drawn {
  /** The cells of each step. */
  readonly steps: number[][];
  /** By cell, as reported by the steps. */
  readonly told: (number | undefined)[];
  /** By cell, from the finished picture. */
  readonly tokens: number[];
}

async function draw(input: object): Promise<Drawn> {
  const events = await readEvents(overWebSocket(running().url, subscription, { input }));
  const completed = events.at(-1) as unknown as { __typename: string; images: { grid: { values: number[] } }[] };
  expect(completed.__typename).toBe('GenerationCompleted');
  const steps = events.flatMap((event) =>
    event.__typename === 'StepDecoded' ? (event.images as { positions: number[]; tokens: number[] }[]) : [],
  );
  const told: (number | undefined)[] = [];
  for (const { positions, tokens } of steps) positions.forEach((cell, at) => (told[cell] = tokens[at]));
  return { steps: steps.map(({ positions }) => positions), told, tokens: completed.images[0]?.grid.values ?? [] };
}

describe('imported models', () => {
  it('are served with the properties of their files', async () => {
    const query = '{ models { id precision vocabularySize gridWidth imageWidth parameters labels { totalCount } } }';
    const { data } = await post<{ models: { id: string }[] }>(running().url, query);
    const byId = Object.fromEntries((data?.models ?? []).map(({ id, ...facts }) => [id, facts]));
    const precisions = imported.map(({ id, precision }) => [id, expect.objectContaining({ precision })] as const);
    expect(byId).toEqual(Object.fromEntries(precisions));
    const whole = { vocabularySize: 50, gridWidth: 4, imageWidth: 16, parameters: 113_984, labels: { totalCount: 10 } };
    for (const id of ['square4', 'square4-int4']) expect(byId[id]).toMatchObject(whole);
    expect(byId['maskgit-int8']).toMatchObject({ vocabularySize: 40, gridWidth: 8, imageWidth: 32 });
  });
});

describe.each(['square4', 'square8'])('the imported %s', (id) => {
  const golden = readGolden<TransformerGolden>(`randar-${id}`);
  const pictures = golden.cases.flatMap(({ order, classes, tokens, steps, cfg_scales, tokens_per_step }) =>
    order.map((positions, i) => ({
      positions,
      label: classes[i] ?? 0,
      tokens: tokens[i] ?? [],
      steps: steps === -1 ? golden.config.block_size : steps,
      guidance: { start: cfg_scales[0], end: cfg_scales[1] },
      counts: tokens_per_step,
    })),
  );

  it.each([{ topK: 1 }, { temperature: 0 }])('draws the tokens of the reference, step by step: %j', async (greedy) => {
    for (const { positions, label, tokens, steps, guidance, counts } of pictures) {
      const input = { model: id, label: { index: label }, order: { positions }, steps, guidance, ...greedy };
      const drawn = await draw(input);
      expect(drawn.tokens).toEqual(tokens);
      expect(drawn.told).toEqual(tokens);
      expect(drawn.steps.map(({ length }) => length)).toEqual(counts);
      expect(drawn.steps.flat()).toEqual(positions);
    }
  });
});

const llamagen = (name: string) => {
  const { image, image_codes, codes, decoded_u8, pixels } = readGolden<TokenizerGolden>(name);
  return {
    image,
    imageCodes: image_codes,
    codes: codes.flat(),
    pixels: decoded_u8.flat(2),
    side: pixels,
    low: -1,
    scale: 127.5,
  };
};
const maskgitGolden = () => {
  const { image, image_codes, codes, decoded_u8, pixels } = readMaskGitGolden();
  return {
    image,
    imageCodes: image_codes.flat(),
    codes: codes.flat(),
    pixels: decoded_u8.flat(2),
    side: pixels,
    low: 0,
    scale: 255,
  };
};

describe.each([
  // After rounding to bytes, two cells of the noise picture are closer to another code.
  ['square4-wide', llamagen('llamagen-f4'), { codesThatBytesMove: 2, levelsOff: 0 }],
  // Three values lie on the border between two levels, up to the last bit of fp32.
  ['square8', llamagen('llamagen-f8'), { codesThatBytesMove: 0, levelsOff: 3 }],
  ['maskgit', maskgitGolden(), { codesThatBytesMove: 0, levelsOff: 0 }],
])('the imported tokenizer of %s', (model, golden, { codesThatBytesMove, levelsOff }) => {
  it('draws the 8-bit pixels of the reference', async () => {
    const query = `query ($input: DetokenizeInput!) { detokenize(input: $input) { width height dataUri(format: PNG) } }`;
    const { data } = await post<{ detokenize: { width: number; dataUri: string } }>(running().url, query, {
      input: { model, tokens: golden.codes },
    });
    expect(data?.detokenize.width).toBe(golden.side);
    const png = Buffer.from(data?.detokenize.dataUri.split(',')[1] ?? '', 'base64');
    const pixels = await sharp(png).raw().toBuffer();
    expect(pixels).toHaveLength(golden.pixels.length);
    const off = golden.pixels.map((level, i) => Math.abs(level - (pixels[i] ?? NaN))).filter((by) => by !== 0);
    expect(off.length).toBeLessThanOrEqual(levelsOff);
    for (const by of off) expect(by).toBe(1);
  });

  it('finds the codes of the reference in a picture', async () => {
    const { image, side, low, scale } = golden;
    const rgb = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const at = Math.floor(i / 3);
      return Math.round(((image[i % 3]?.[Math.floor(at / side)]?.[at % side] ?? 0) - low) * scale);
    });
    const png = await sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
    const dataUri = `data:image/png;base64,${png.toString('base64')}`;
    const query = 'query ($input: TokenizeInput!) { tokenize(input: $input) { values } }';
    const { data } = await post<{ tokenize: { values: number[] } }>(running().url, query, {
      input: { model, image: { dataUri } },
    });
    const values = data?.tokenize.values ?? [];
    expect(values).toHaveLength(golden.imageCodes.length);
    expect(golden.imageCodes.filter((code, cell) => values[cell] !== code)).toHaveLength(codesThatBytesMove);
  });
});

describe.each(['square4-int4', 'maskgit-int8', 'maskgit-int4'])('the imported %s', (model) => {
  it('decodes each cell once, with valid tokens', async () => {
    const { side, tokenizer } = imported.find(({ id }) => id === model) ?? { side: 0, tokenizer: '' };
    const drawn = await draw({ model, label: { index: 1 }, seed: 5, steps: 9 });
    expect(drawn.steps).toHaveLength(9);
    expect(drawn.steps.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: side * side }, (_, i) => i));
    expect(drawn.told).toEqual(drawn.tokens);
    const vocabulary = tokenizer === maskgit ? 40 : 50;
    expect(drawn.tokens.every((token) => token >= 0 && token < vocabulary)).toBe(true);
    expect(new Set(drawn.tokens).size).toBeGreaterThan(1);
  });
});
