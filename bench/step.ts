import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { ParameterReader } from '../src/checkpoint/parameters.js';
import { openSafetensors } from '../src/checkpoint/safetensors-file.js';
import { fileSource } from '../src/checkpoint/source.js';
import { Decoding } from '../src/decoding/decoding.js';
import { embeddingsFor, readRandarTables } from '../src/family/randar/tables.js';
import { cellCount } from '../src/decoding/grid.js';
import { randarLayout } from '../src/family/randar/sequence-layout.js';
import { tokensPerStep } from '../src/decoding/schedule.js';
import { GraphBuilder } from '../src/graph/onnx.js';
import { buildRandarStepGraph } from '../src/family/randar/step-graph.js';
import { readRandar } from '../src/family/randar/weights.js';
import { hostMemory } from '../src/runtime/host-cache.js';
import { packLanes } from '../src/runtime/lanes.js';
import { createSession } from '../src/runtime/session.js';
import { benchedModel, startBare } from './bare.js';
import { median, printTable } from './table.js';

/** Operators that multiply with weights, and those of attention. */
const products = new Set(['Gemm', 'MatMul', 'MatMulIntegerToFloat', 'MatMulNBits']);
const attention = new Set(['FusedMatMul', 'Softmax']);

/**
 * Profiles the bare step loop with one picture and with several: time per step, the share of it in matmuls, and bytes
 * of weights read per second, compared with the memory bandwidth measured in the same run.
 *
 * @param file A transformer of 16 x 16 cells with head dimension 64. Default: the built-in model.
 */
export async function benchStep(file: string | undefined, rounds: number): Promise<void> {
  const { path, heads, grid, defaults } = await benchedModel(file);
  const source = await openSafetensors(await fileSource(path));
  const weights = readRandar(new ParameterReader(path, source.tensors), heads);
  const matrices = weights.layers.flatMap(({ wqkv, wo, w1, w2, w3 }) => [wqkv, wo, w1, w2, w3]);
  // Floats of any width are multiplied as fp32.
  const bytes = [...matrices, weights.output].reduce((sum, { kind, shape: [out, input] }) => {
    return sum + out * input * { float: 4, int8: 1, int4: 0.5 }[kind];
  }, 0);
  const shares = await profile();
  const bandwidth = await openBandwidthProbe();
  const bare = await startBare(file);
  const [one, four, gigabytes]: [number[], number[], number[]] = [[], [], []];
  for (let round = -1; round < rounds; round++) {
    const each = [await bare.draw(round + 1), await bare.draw(round + 1, 4), await bandwidth.read()];
    if (round < 0) continue;
    for (const [i, list] of [one, four, gigabytes].entries()) list.push(each[i] ?? NaN);
  }
  await Promise.all([bare.close(), bandwidth.close(), source.close()]);

  const steps = Math.min(defaults.steps, cellCount(grid));
  const memory = median(gigabytes);
  const rows = [['', 'ms per step', 'weights GB/s', 'of memory bandwidth']];
  for (const [name, ms] of [
    ['one picture', median(one) / steps],
    ['four pictures at once', median(four) / steps],
  ] as const) {
    const rate = bytes / 1e9 / (ms / 1000);
    rows.push([name, ms.toFixed(2), rate.toFixed(1), `${((100 * rate) / memory).toFixed(0)} %`]);
  }
  printTable(rows);
  console.log(`weights of ${(bytes / 1e6).toFixed(0)} MB a step; memory reads ${memory.toFixed(1)} GB/s`);
  console.log(
    `one picture's step: ${shares.products.toFixed(0)} % products with weights, ${shares.attention.toFixed(0)} % ` +
      `attention's products and softmax, ${(100 - shares.products - shares.attention).toFixed(0)} % all else (profiled)`,
  );

  async function profile(): Promise<{ products: number; attention: number }> {
    const folder = await mkdtemp(join(tmpdir(), 'randar-profile-'));
    const options = { device: { provider: 'cpu', index: 0 }, threads: 0, spinning: true } as const;
    const session = await createSession(buildRandarStepGraph(weights, source), {
      ...options,
      profile: join(folder, 'run'),
    });
    const embeddings = embeddingsFor(await readRandarTables(weights, source), grid);
    const decoding = new Decoding(randarLayout(embeddings), {
      pictures: [{ label: 0, seed: 0, order: { kind: 'random' } }],
      tokensPerStep: tokensPerStep({ kind: 'cosine', steps: defaults.steps }, cellCount(grid)),
      guidance: { ...defaults.guidance, curve: 'linear', power: 1 },
      sampling: { temperature: 1, topK: 0, topP: 1 },
    });
    const { shape } = weights;
    const { capacity, sequences } = decoding;
    const cache = hostMemory(shape, capacity, sequences).cache(0, sequences, sequences);
    while (!decoding.isDone) {
      const { feeds, placed } = packLanes([{ inputs: decoding.next(), cache }], shape);
      const outputs = await session.run(feeds);
      for (const { part } of placed) cache.keep(outputs, part);
      decoding.apply(outputs.logits?.data as Float32Array);
    }
    session.endProfiling();
    await session.release();
    return shareOf(folder);
  }
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

async function shareOf(folder: string): Promise<{ products: number; attention: number }> {
  const [name = ''] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, name), 'utf8')) as ProfileEvent[];
  await rm(folder, { recursive: true });
  const times = { all: 0, products: 0, attention: 0 };
  for (const { cat, name: event, dur, args } of events) {
    if (cat !== 'Node' || !event.endsWith('kernel_time')) continue;
    times.all += dur;
    if (products.has(args.op_name ?? '')) times.products += dur;
    if (attention.has(args.op_name ?? '')) times.attention += dur;
  }
  return { products: (100 * times.products) / times.all, attention: (100 * times.attention) / times.all };
}

/** Lets ONNX Runtime read a gigabyte with all threads: the memory bandwidth available to this program. */
async function openBandwidthProbe(): Promise<{ read: () => Promise<number>; close: () => Promise<void> }> {
  const numbers = 2 ** 28;
  const graph = new GraphBuilder('bandwidth');
  const x = graph.input('x', 'float32', ['rows', 4096]);
  graph.output('largest', graph.node('ReduceMax', [x, graph.ints([1])], { keepdims: 0 }), 'float32', ['rows']);
  const { model } = graph.build({ file: '', place: () => ({ offset: 0, length: 0 }) });
  const session = await ort.InferenceSession.create(model, { executionProviders: ['cpu'] });
  const feeds = { x: new ort.Tensor('float32', new Float32Array(numbers).fill(1), [numbers / 4096, 4096]) };
  return {
    read: async () => {
      const began = performance.now();
      await session.run(feeds);
      return (numbers * 4) / 1e6 / (performance.now() - began);
    },
    close: () => session.release(),
  };
}
