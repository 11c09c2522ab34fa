import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { openSafetensors } from '../../src/checkpoint/safetensors-file.js';
import { fileSource } from '../../src/checkpoint/source.js';
import type { DecodingRequest } from '../../src/decoding/decoding.js';
import type { Enlarging } from '../../src/decoding/enlarging.js';
import { enlargingTokensPerStep, tokensPerStep } from '../../src/decoding/schedule.js';
import type { StepInputs, StepTensor } from '../../src/decoding/sequence.js';
import { buildRandarStepGraph } from '../../src/family/randar/step-graph.js';
import { readRandar } from '../../src/family/randar/weights.js';
import { buildRarStepGraph, modulationWidth } from '../../src/family/rar/step-graph.js';
import { loadRar } from '../../src/family/rar/transformer.js';
import { readRar } from '../../src/family/rar/weights.js';
import { Decoding } from '../../src/decoding/decoding.js';
import { joinedNames } from '../../src/graph/attention.js';
import type { Graph } from '../../src/graph/onnx.js';
import { openHostSession } from '../../src/model/decode-session.js';
import { readManifests, type Manifest } from '../../src/model/manifest.js';
import { gpuBufferMemory } from '../../src/runtime/gpu-buffer-cache.js';
import { packLanes } from '../../src/runtime/lanes.js';
import { createSession } from '../../src/runtime/session.js';
import type { CacheShape } from '../../src/runtime/step-cache.js';
import { convertRar, rarGrid, readRarGolden } from '../support/goldens/rar.js';
import { goldenFile, onOneThread, readGolden, type TransformerGolden } from '../support/goldens/load.js';
import { writeGoldenModel } from '../support/goldens/models.js';
import { referenceRequest } from '../support/goldens/requests.js';
import { swiftShader } from '../support/swiftshader.js';

const onWebGpu = { ...onOneThread, device: { provider: 'webgpu', index: 0 } } as const;
const guidance = { start: 1, end: 4, curve: 'linear', power: 1 } as const;
const cells = 16;
const golden = readGolden<TransformerGolden>('randar-square4');

let folder: string;
let manifest: Manifest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'randar-webgpu-'));
  await writeGoldenModel(folder, 'square4');
  const [first] = await readManifests(folder);
  if (!first) throw new Error('no model was written');
  manifest = first;
  await swiftShader?.use();
});
afterAll(() => rm(folder, { recursive: true }));

interface Asked {
  readonly request: DecodingRequest;
  readonly enlarging?: Enlarging;
  readonly slots: { readonly from: number; readonly count: number };
}

/** Tokens of the pictures of each, by cell; each begins two steps after the one before it, in the same runs. */
async function draw(device: 'cpu' | 'webgpu', all: readonly Asked[]): Promise<number[][][]> {
  const session = await openHostSession(manifest, device === 'cpu' ? onOneThread : onWebGpu, 64e6);
  const drawn = [];
  for (const { request, enlarging, slots } of all) {
    drawn.push({ chain: await session.begin(request, enlarging, slots), tokens: [] as number[][] });
  }
  for (let run = 0; drawn.some(({ chain }) => !chain.isDone); run++) {
    const taking = drawn.filter(({ chain }, i) => run >= 2 * i && !chain.isDone);
    const steps = await session.step(taking.map(({ chain }) => chain));
    for (const [i, { tokens }] of taking.entries()) {
      steps[i]?.forEach((decoded, picture) => {
        const own = (tokens[picture] ??= []);
        decoded.positions.forEach((cell, at) => (own[cell] = decoded.tokens[at] ?? -1));
      });
    }
  }
  await session.close();
  return drawn.map(({ tokens }) => tokens);
}

/** A guided picture, drawn at random. */
function pictureOf(seed: number, tokensPerStepOf: readonly number[]): DecodingRequest {
  return {
    pictures: [{ label: seed % 7, seed, order: { kind: 'random' } }],
    tokensPerStep: tokensPerStepOf,
    guidance,
    sampling: { temperature: 1, topK: 0, topP: 1 },
  };
}

describe.skipIf(!swiftShader)('on WebGPU, with keys and values in GPU buffers,', () => {
  it('whole decodings with guidance give the tokens of the reference, at different steps of the same runs', async () => {
    const [first, second] = golden.cases;
    if (!first || !second) throw new Error('there are two cases');
    const greedy = { temperature: 0, topK: 0, topP: 1 };
    const drawn = await draw('webgpu', [
      { request: referenceRequest(first, greedy), slots: { from: 0, count: 4 } },
      { request: referenceRequest(second, greedy), slots: { from: 4, count: 4 } },
    ]);
    expect(drawn).toEqual([first.tokens, second.tokens]);
  });

  it('going on from known tokens, enlarging and using slots again give what the CPU gives', async () => {
    const steps = tokensPerStep({ kind: 'cosine', steps: 4 }, cells);
    const whole = pictureOf(5, steps);
    const known = { cells: Int32Array.of(3, 9, 0, 12, 7), tokens: Int32Array.of(1, 30, 2, 17, 8) };
    const resumed = pictureOf(6, tokensPerStep({ kind: 'cosine', steps: 4 }, cells - known.cells.length));
    const enlarging = {
      tokensPerStep: enlargingTokensPerStep(5, 4 * cells, cells),
      spatialGuidance: { start: 1, end: 2, curve: 'linear', power: 1 },
    } as const;
    const asked: Asked[] = [
      {
        request: { ...resumed, pictures: resumed.pictures.map((picture) => ({ ...picture, known })) },
        slots: { from: 0, count: 2 },
      },
      { request: whole, enlarging, slots: { from: 2, count: 12 } },
    ];
    expect(await draw('webgpu', asked)).toEqual(await draw('cpu', asked));
  });

  it('RAR draws the tokens of its reference', async () => {
    const { path, folder: converted } = await convertRar();
    const [reference] = readRarGolden().cases;
    if (!reference) throw new Error('there is a case');
    const rar = await loadRar(path, readRarGolden().config.heads, rarGrid, { ...onWebGpu, lanes: 1 });
    const pictures = [{ label: reference.label, seed: 0, order: { kind: 'raster' } }] as const;
    const end = reference.guidance_scale === 0 ? 1 : reference.guidance_scale;
    const rarGuidance = { start: 1, end, curve: 'cosine', power: reference.guidance_scale_pow } as const;
    const decoding = new Decoding(await rar.layout({ pictures, guidance: rarGuidance }), {
      pictures,
      tokensPerStep: tokensPerStep({ kind: 'one-by-one' }, reference.tokens.length),
      guidance: rarGuidance,
      sampling: { temperature: 0, topK: 0, topP: 1 },
    });
    const cache = rar.session.createCache(decoding.sequences, decoding.capacity);
    const tokens: number[] = [];
    while (!decoding.isDone) {
      const step = decoding.apply(await rar.session.runAlone(decoding.next(), cache));
      tokens.push(...(step[0]?.tokens ?? []));
    }
    expect(tokens).toEqual(reference.tokens);
    await rar.session.close();
    await rm(converted, { recursive: true });
  });

  it.each(['RandAR', 'RAR'] as const)(
    'no node of %s runs on the CPU, nothing of the past comes from there, and what does not fit is refused',
    async (name) => {
      const { graph, shape, widths, close } = name === 'RandAR' ? await randarGraph() : await rarGraph();
      const profile = join(folder, `${name}-profile`);
      const session = await createSession(graph, { ...onWebGpu, onDevice: joinedNames(2, shape.layers), profile });
      const memory = gpuBufferMemory(shape, 2, 3);
      const lanes = [1, 2].map((sequences, i) => ({
        inputs: numbered(sequences, widths),
        cache: memory.cache(i, sequences, sequences),
      }));
      const pasts: string[][] = [];
      for (let run = 0; run < 2; run++) {
        const { feeds, placed } = packLanes(lanes, shape);
        pasts.push(
          Object.keys(feeds)
            .filter((input) => input.startsWith('past'))
            .map((input) => feeds[input]?.location ?? ''),
        );
        const outputs = await session.run(feeds);
        for (const { cache, part } of placed) cache.keep(outputs, part);
      }
      const { feeds, placed } = packLanes(lanes, shape);
      const outputs = await session.run(feeds);
      for (const { cache, part } of placed) {
        expect(() => cache.keep(outputs, part)).toThrow(
          new RangeError('KV cache of 2 positions cannot take 1 after 2'),
        );
      }
      // One slot of the second lane is lent again.
      memory.cache(2, 1, 1);
      const left = lanes.map(({ cache }) => [cache.length, cache.past().keys(0).location]);
      session.endProfiling();
      memory.dispose();
      await session.release();
      await close();
      expect(pasts).toEqual(['cpu', 'gpu-buffer'].map((place) => new Array<string>(4 * shape.layers).fill(place)));
      expect(left).toEqual([
        [2, 'gpu-buffer'],
        [0, 'cpu'],
      ]);
      expect(await providersIn(profile)).toEqual(new Set(['WebGpuExecutionProvider']));
    },
  );
});

describe('slots in GPU buffers', () => {
  const shape = { layers: 1, heads: 2, headDimension: 4 };

  it.each([
    [-1, 1],
    [3, 2],
  ])('are refused where there are none: %i and %i more', (from, count) => {
    expect(() => gpuBufferMemory(shape, 8, 4).cache(from, count, 1)).toThrow(
      new RangeError(`KV slots ${from} to ${from + count - 1}: there are 4`),
    );
  });
});

/** Two positions of which one is kept. */
function numbered(sequences: number, widths: Readonly<Record<string, number>>): StepInputs {
  const tensors: Record<string, StepTensor> = {};
  for (const [name, width] of Object.entries(widths)) {
    tensors[name] = { width, numbers: Float32Array.from({ length: 2 * sequences * width }, (_, i) => Math.sin(i)) };
  }
  return { positions: 2, sequences, tensors, wanted: 1, kept: 1 };
}

interface OpenGraph {
  readonly graph: Graph;
  readonly shape: CacheShape;
  /** Of the inputs that have a row for each position. */
  readonly widths: Readonly<Record<string, number>>;
  readonly close: () => Promise<void>;
}

async function randarGraph(): Promise<OpenGraph> {
  const file = await opened(goldenFile('randar-square4.safetensors'));
  const weights = readRandar(new ParameterReader('randar-square4', file.tensors), golden.config.n_head);
  const { dimension, headDimension } = weights.shape;
  return {
    graph: buildRandarStepGraph(weights, file, { lanes: 2, caches: 'device' }),
    shape: weights.shape,
    widths: { x: dimension, cos: headDimension / 2, sin: headDimension / 2 },
    close: () => file.close(),
  };
}

async function rarGraph(): Promise<OpenGraph> {
  const { path, folder: converted } = await convertRar();
  const file = await opened(path);
  const weights = readRar(new ParameterReader(path, file.tensors));
  return {
    graph: buildRarStepGraph(weights, file, { lanes: 2, caches: 'device' }),
    shape: weights.shape,
    widths: { x: weights.shape.dimension, modulation: modulationWidth(weights) },
    close: async () => {
      await file.close();
      await rm(converted, { recursive: true });
    },
  };
}

const opened = async (path: string) => openSafetensors(await fileSource(path));

/** Which providers ran the nodes of a profile. */
async function providersIn(profile: string): Promise<Set<string | undefined>> {
  const name = (await readdir(folder)).find((each) => profile.endsWith(each.split('_')[0] ?? ''));
  const events = JSON.parse(await readFile(join(folder, name ?? ''), 'utf8')) as {
    readonly cat: string;
    readonly args?: { readonly provider?: string };
  }[];
  return new Set(
    events.filter(({ cat, args }) => cat === 'Node' && args?.provider !== undefined).map(({ args }) => args?.provider),
  );
}
