import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.js';
import { Decoding, type DecodingRequest } from '../../src/decoding/decoding.js';
import type { DecodingChain } from '../../src/decoding/decoding-chain.js';
import { cellCount, type Grid } from '../../src/decoding/grid.js';
import { tokensPerStep } from '../../src/decoding/schedule.js';
import type { StepIndices } from '../../src/decoding/step-indices.js';
import type { DeviceTransformer } from '../../src/family/device-transformer.js';
import { loadRandarOnDevice } from '../../src/family/randar/device-transformer.js';
import { loadRandar } from '../../src/family/randar/transformer.js';
import { deviceSession } from '../../src/model/decode-session.js';
import { inFloats, readManifest } from '../../src/model/manifest.js';
import { openCuda } from '../../src/runtime/cuda/open-cuda.js';
import { cacheOfSlots, type DeviceCache } from '../../src/runtime/device/device-cache.js';
import { median } from '../table.js';
import { startServed } from '../served.js';
import { checkPixels } from './pixels.js';
import { tokenizerTensors, transformerTensors, type Size } from '../random-checkpoint.js';

/**
 * What a machine with an NVIDIA GPU is asked, one question a process: see README.md beside this file.
 *
 *   check weights L|XL FOLDER    a model of the released model's sizes with random weights
 *   check logits                 the built-in model's logits beside those of the CPU in fp32
 *   check draws                  tokens drawn on the GPU beside those that the host draws from the same logits
 *   check pixels                 the tokenizer's pixels beside those of the CPU, and milliseconds a picture on both
 *   check tokens                 its tokens, to be compared between runs of other options
 *   check time FILE              milliseconds a batch of pictures
 *   check server FOLDER          a server with one subscriber, and with many
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    captures: { type: 'boolean', default: false },
    batch: { type: 'string', default: '1' },
    /** Pictures of one generation; the batch is as many generations as it takes. */
    count: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    subscribers: { type: 'string', default: '1,64' },
    label: { type: 'string', default: 'class-0' },
    heads: { type: 'string', default: '16' },
  },
});
const batch = Number(options.batch);
const count = Math.min(batch, Number(options.count));
const [what, ...rest] = positionals;

const guidance = { start: 1, end: 4, curve: 'linear', power: 1 } as const;
const plain = { temperature: 1, topK: 0, topP: 1 };
/** Filters that let everything pass: the host draws from the values that come back. */
const onHost = { ...plain, topP: 1 - 1e-12 };

function requestFor(seed: number, grid: Grid, classes: number, sampling: DecodingRequest['sampling']): DecodingRequest {
  return {
    pictures: Array.from({ length: count }, (_, i) => ({
      label: (seed + i) % classes,
      seed: seed + i,
      order: { kind: 'random' },
    })),
    tokensPerStep: tokensPerStep({ kind: 'cosine', steps: 88 }, cellCount(grid)),
    guidance,
    sampling,
  };
}

async function load(path: string, heads: number, grid: Grid): Promise<DeviceTransformer & { close: () => void }> {
  const cuda = await openCuda(0);
  const began = performance.now();
  const transformer = await loadRandarOnDevice(path, heads, grid, {
    api: cuda.api,
    env: cuda.env,
    cuda,
    floatType: 'F16',
    spelled: false,
    captures: options.captures,
    blocks: () => 4 * batch,
  });
  console.log(`loaded in ${(performance.now() - began).toFixed(0)} ms, ${(cuda.freeBytes() / 1e9).toFixed(1)} GB free`);
  const close = () => {
    transformer.session.close();
    cuda.close();
  };
  return { ...transformer, close };
}

async function loadBuiltIn() {
  const manifest = inFloats(await readManifest('models/emoji'));
  const { folder, transformer, grid } = manifest;
  return { path: join(folder, transformer.file), heads: transformer.heads, grid };
}

interface Lane {
  readonly decoding: Decoding<StepIndices>;
  readonly cache: DeviceCache;
}

function lane(transformer: DeviceTransformer, seed: number, slot: number, sampling = plain): Lane {
  const { layout, shape } = transformer;
  const decoding = new Decoding(layout, requestFor(seed, layout.grid, shape.classes, sampling));
  return { decoding, cache: cacheOfSlots(slot, 2 * count, 2, decoding.sequences) };
}

/** Logits of every step after guidance, fed the tokens that the CPU draws: the worst difference, in the logits' range. */
async function logits(): Promise<void> {
  const { path, heads, grid } = await loadBuiltIn();
  const device = await load(path, heads, grid);
  const host = await loadRandar(path, heads, grid, {
    device: { provider: 'cpu', index: 0 },
    threads: 4,
    spinning: false,
    lanes: 1,
  });
  let [worst, low, high, same, rows] = [0, Infinity, -Infinity, 0, 0];
  for (const seed of [3, 40]) {
    const lanes = Array.from({ length: batch / count }, (_, i) => ({
      ...lane(device, seed + i * count, i * 2 * count, onHost),
      reference: new Decoding(host.ownLayout, requestFor(seed + i * count, grid, host.shape.classes, plain)),
    })).map((each) => ({
      ...each,
      hostCache: host.session.createCache(each.reference.sequences, each.reference.capacity),
    }));
    while (lanes.some(({ decoding }) => !decoding.isDone)) {
      const drawn = device.session.run(
        lanes.map(({ decoding, cache }) => ({ inputs: decoding.next(), draws: decoding.takeDraws(), cache })),
      );
      for (const [i, { decoding, reference, hostCache }] of lanes.entries()) {
        const values = drawn[i]?.values ?? new Float32Array(0);
        const own = await host.session.runAlone(reference.next(), hostCache);
        // The draw mixes each picture's logits in place of its conditional sequence's.
        const decoded = reference.apply(own);
        const { vocabulary } = host.shape;
        const asked = decoded[0]?.tokens.length ?? 0;
        for (let query = 0; query < asked; query++) {
          for (let picture = 0; picture < count; picture++) {
            const at = (query * reference.sequences + picture) * vocabulary;
            const expected = own.subarray(at, at + vocabulary);
            const from = (query * count + picture) * vocabulary;
            const actual = values.subarray(from, from + vocabulary);
            for (const [k, logit] of expected.entries()) {
              worst = Math.max(worst, Math.abs(logit - (actual[k] ?? NaN)));
              [low, high] = [Math.min(low, logit), Math.max(high, logit)];
            }
            rows++;
            if (likeliest(expected) === likeliest(actual)) same++;
          }
        }
        const tokens = new Int32Array(asked * count);
        for (const [picture, cells] of decoded.entries()) {
          for (const [query, token] of cells.tokens.entries()) tokens[query * count + picture] = token;
        }
        decoding.accept(tokens, new Float32Array(tokens.length));
      }
    }
  }
  device.close();
  const share = worst / (high - low);
  const verdict = share < 3e-3 ? 'PASS' : 'FAIL';
  console.log(
    `${verdict} logits differ from the CPU's in fp32 by ${share.toExponential(1)} of their range; the likeliest token is the same in ${same} of ${rows} rows`,
  );
}

function likeliest(row: Float32Array): number {
  return row.reduce((best, logit, i) => (logit > (row[best] ?? -Infinity) ? i : best), 0);
}

async function drawWhole(transformer: DeviceTransformer, seed: number, sampling: typeof plain): Promise<number[]> {
  const session = deviceSession(transformer, () => undefined);
  const { layout, shape } = transformer;
  const chains: DecodingChain<StepIndices, DeviceCache>[] = [];
  for (let i = 0; i < batch / count; i++) {
    const request = requestFor(seed + i * count, layout.grid, shape.classes, sampling);
    chains.push(await session.begin(request, undefined, { from: i * 2 * count, count: 2 * count }));
  }
  const tokens: number[] = [];
  while (chains.some(({ isDone }) => !isDone)) {
    const steps = await session.step(chains.filter(({ isDone }) => !isDone));
    for (const cells of steps.flat()) tokens.push(...cells.tokens);
  }
  return tokens;
}

async function draws(): Promise<void> {
  const { path, heads, grid } = await loadBuiltIn();
  const device = await load(path, heads, grid);
  let [same, all] = [0, 0];
  for (const seed of [3, 40, 77, 114]) {
    const inside = await drawWhole(device, seed, plain);
    const outside = await drawWhole(device, seed, onHost);
    all += inside.length;
    same += inside.filter((token, i) => token === outside[i]).length;
  }
  device.close();
  console.log(
    `${same === all ? 'PASS' : 'FAIL'} ${same} of ${all} tokens drawn on the GPU are those that the host draws`,
  );
}

async function tokens(): Promise<void> {
  const { path, heads, grid } = await loadBuiltIn();
  const device = await load(path, heads, grid);
  const all: number[] = [];
  for (const seed of [3, 40]) all.push(...(await drawWhole(device, seed, plain)));
  device.close();
  console.log(`TOKENS ${all.join(' ')}`);
}

async function time(path: string): Promise<void> {
  const grid = { width: 16, height: 16 };
  const device = await load(path, Number(options.heads), grid);
  const rounds = Number(options.rounds);
  // The first pictures choose kernels, then capture.
  for (let seed = 0; seed < 3; seed++) await drawWhole(device, seed, plain);
  const ms: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await drawWhole(device, 10 + round, plain);
    ms.push(performance.now() - began);
  }
  const middle = median(ms);
  console.log(
    `TIME batch ${batch} as ${batch / count} x ${count}: ${middle.toFixed(1)} ms a batch [${Math.min(...ms).toFixed(1)} to ${Math.max(...ms).toFixed(1)}], ` +
      `${((1000 * batch) / middle).toFixed(1)} pictures a second`,
  );
  device.close();
}

async function server(folder: string): Promise<void> {
  const served = await startServed([
    '--device',
    'cuda',
    '--models',
    folder,
    '--concurrent',
    '128',
    '--max-queued',
    '256',
  ]);
  const choice = { mode: 'NONE', picture: 'url' } as const;
  for (const subscribers of options.subscribers.split(',').map(Number)) {
    const all = Array.from({ length: subscribers }, () => served.subscriber());
    const drawAll = (seed: number) =>
      Promise.all(
        all.flatMap((each, i) => [seed, seed + 500].map((from) => each.draw(options.label, from + i, choice))),
      );
    // Of runs of several generations every shape is captured once.
    for (let warmUp = 1; warmUp <= 4; warmUp++) await drawAll(1000 * warmUp);
    const began = performance.now();
    const timings = [...(await drawAll(10_000)), ...(await drawAll(20_000)), ...(await drawAll(30_000))];
    const seconds = (performance.now() - began) / 1000;
    const first = timings.map(({ firstStepMs }) => firstStepMs).sort((a, b) => a - b);
    console.log(
      `SERVER ${subscribers} subscribers, two pictures each at a time: ${(timings.length / seconds).toFixed(1)} pictures a second; ` +
        `first step after ${median(first).toFixed(0)} ms, 95 % within ${(first[Math.floor(0.95 * (first.length - 1))] ?? 0).toFixed(0)} ms; ` +
        `a picture after ${median(timings.map(({ totalMs }) => totalMs)).toFixed(0)} ms`,
    );
    await Promise.all(all.map((each) => each.close()));
  }
  await served.close();
}

/** Random weights of the true names and sizes in fp16, with which a server starts. */
async function weights(size: Size, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31;
  // About normal, as halves; enough of them that two matrices do not begin alike.
  const numbers = Float32Array.from({ length: 1 << 20 }, () => next() + next() + next());
  const pools = new Map<number, Uint16Array>();
  const pool = (spread: number): Uint16Array => {
    const known = pools.get(spread) ?? Uint16Array.from(numbers, (number) => half(number * spread));
    pools.set(spread, known);
    return known;
  };
  const fill = (name: string, shape: readonly number[], index: number): Uint8Array => {
    const length = shape.reduce((product, side) => product * side, 1);
    const isNorm = /norm\d?\.weight$|norm_out\.weight$/.test(name);
    const inputs = length / (shape[0] ?? 1);
    const isTable = name.includes('embedding') || name === 'pos_instruct_embeddings';
    const values = new Uint16Array(length);
    if (isNorm) return new Uint8Array(values.fill(half(1)).buffer);
    const from = pool(isTable ? 1 : 1 / Math.sqrt(inputs));
    for (let at = 0, start = (index * 7919) % from.length; at < length; start = 0) {
      const part = from.subarray(start, start + length - at);
      values.set(part, at);
      at += part.length;
    }
    return new Uint8Array(values.buffer);
  };
  const store = (file: string, tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]) => {
    const indices = new Map(tensors.map(({ name }, i) => [name, i]));
    return writeSafetensors(
      join(folder, file),
      tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F16' as const })),
      ({ name, shape }) => Promise.resolve(fill(name, shape, indices.get(name) ?? 0) as Uint8Array<ArrayBuffer>),
    );
  };
  await store('transformer.safetensors', transformerTensors(size));
  await store('tokenizer.safetensors', tokenizerTensors());
  await writeSafetensors(
    join(folder, 'patches.safetensors'),
    [{ name: 'patches', dtype: 'U8', shape: [16384, 16, 16, 3] }],
    () => Promise.resolve(new Uint8Array(16384 * 16 * 16 * 3)),
  );
  const labels = Array.from({ length: 1000 }, (_, index) => ({
    index,
    name: `class-${index}`,
    title: `Class ${index}`,
  }));
  await writeFile(join(folder, 'labels.json'), JSON.stringify(labels));
  await writeFile(
    join(folder, 'model.json'),
    JSON.stringify({
      name: `Random ${size}`,
      family: 'randar',
      transformer: { file: 'transformer.safetensors', heads: size === 'L' ? 16 : 20 },
      tokenizer: { file: 'tokenizer.safetensors', family: 'llamagen', patches: 'patches.safetensors' },
      grid: { width: 16, height: 16 },
      labels: 'labels.json',
      defaults: { steps: 88, guidance: { start: 1, end: 4 }, temperature: 1 },
    }),
  );
}

/** Bits of a half float. Rounds toward zero; nothing here is smaller than its smallest normal number. */
function half(number: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(number).buffer);
  const exponent = ((bits >>> 23) & 255) - 112;
  if (exponent <= 0) return 0;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

const [first = '', second = ''] = rest;
if (what === 'weights') await weights(first as Size, second);
else if (what === 'logits') await logits();
else if (what === 'draws') await draws();
else if (what === 'pixels') await checkPixels(Number(options.rounds));
else if (what === 'tokens') await tokens();
else if (what === 'time') await time(first);
else if (what === 'server') await server(first);
else throw new TypeError('usage: check weights | logits | draws | pixels | tokens | time | server');
