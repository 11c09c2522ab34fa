import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { ParameterReader } from '../src/checkpoint/parameters.js';
import { openSafetensors } from '../src/checkpoint/safetensors-file.js';
import { fileSource } from '../src/checkpoint/source.js';
import { byteLength, elementCount } from '../src/checkpoint/weight-file.js';
import { writeSafetensors, type NamedTensor } from '../src/checkpoint/write-safetensors.js';
import { scalesOf } from '../src/graph/linear.js';
import { buildModulationGraph, buildRarStepGraph, modulationWidth } from '../src/family/rar/step-graph.js';
import { readRar, type RarShape } from '../src/family/rar/weights.js';
import { createSession } from '../src/runtime/session.js';
import { rarShapes, type RarSizes } from '../tests/support/goldens/rar-shapes.js';
import { median, printTable } from './table.js';

const common = { heads: 16, vocabulary: 1024, classes: 1000, cells: 256 };
const sizes: readonly (readonly [string, RarSizes])[] = [
  ['B', { ...common, dimension: 768, layers: 24, hidden: 3072 }],
  ['L', { ...common, dimension: 1024, layers: 24, hidden: 4096 }],
];
const precisions = ['fp32', 'int8'] as const;
/** Half a picture is decoded. */
const past = 128;
const stepsPerRound = 3;
// Two sessions take turns; a spinning thread pool would take the other's cores.
const options = { device: { provider: 'cpu', index: 0 }, threads: 0, spinning: false } as const;

/**
 * Compares a RAR step that computes adaLN with one that is fed adaLN: time, and bytes of weights and rows read. Weights
 * are random, in the released models' shapes. Both take turns in one process.
 */
export async function benchRar(rounds: number): Promise<void> {
  const table = [
    ['', 'sequences', 'MB inside', 'MB fed', 'ratio', 'ms inside', 'ms fed', 'ratio', 'ms per class', 'MB per class'],
  ];
  for (const [name, size] of sizes) {
    for (const precision of precisions) {
      const folder = await mkdtemp(join(tmpdir(), 'randar-rar-'));
      try {
        const path = join(folder, 'rar.safetensors');
        await writeRandom(path, size, precision);
        table.push(...(await compare(`RAR-${name} ${precision}`, path, rounds)));
      } finally {
        await rm(folder, { recursive: true });
      }
    }
  }
  printTable(table);
}

async function compare(name: string, path: string, rounds: number): Promise<string[][]> {
  const file = await openSafetensors(await fileSource(path));
  const weights = readRar(new ParameterReader(path, file.tensors));
  const { shape } = weights;
  const inside = await createSession(buildRarStepGraph(weights, file, { adaLn: 'inside' }), options);
  const fed = await createSession(buildRarStepGraph(weights, file), options);
  const modulator = await createSession(buildModulationGraph(weights, file), options);

  const width = modulationWidth(weights);
  const positions = 1 + shape.cells;
  const once = await time(() => modulator.run({ condition: floats([positions, shape.dimension]) }));
  const bytes = bytesRead(file.tensors);
  const lines: string[][] = [];
  for (const rows of [1, 2]) {
    const shared = stepFeeds(shape, rows);
    const sides = [
      { session: inside, feeds: { ...shared, condition: floats([rows, shape.dimension]) }, ms: [] as number[] },
      { session: fed, feeds: { ...shared, modulation: floats([rows, width]) }, ms: [] as number[] },
    ];
    for (let round = -1; round < rounds; round++) {
      for (const { session, feeds, ms } of sides) {
        for (let i = 0; i < stepsPerRound; i++) {
          const each = await time(() => session.run(feeds));
          if (round >= 0) ms.push(each);
        }
      }
    }
    const [insideMs = NaN, fedMs = NaN] = sides.map(({ ms }) => median(ms));
    const fedBytes = bytes.step + rows * width * 4;
    const insideBytes = bytes.step + bytes.adaLn;
    const megabytes = (count: number) => (count / 1e6).toFixed(0);
    lines.push([
      name,
      String(rows),
      ...[megabytes(insideBytes), megabytes(fedBytes), (fedBytes / insideBytes).toFixed(2)],
      ...[insideMs.toFixed(1), fedMs.toFixed(1), (fedMs / insideMs).toFixed(2)],
      ...(rows === 1 ? [once.toFixed(0), megabytes(positions * width * 4)] : []),
    ]);
  }
  for (const session of [inside, fed, modulator]) await session.release();
  await file.close();
  return lines;
}

/** The weights and biases that a step reads; lookup tables are not included. */
function bytesRead(
  tensors: ReadonlyMap<string, NamedTensor | { dtype: NamedTensor['dtype']; shape: readonly number[] }>,
) {
  const read = { step: 0, adaLn: 0 };
  for (const [name, tensor] of tensors) {
    if (name.includes('adaLN_modulation')) read.adaLn += byteLength(tensor);
    else if (/^(blocks|lm_head)/.test(name)) read.step += byteLength(tensor);
  }
  return read;
}

function stepFeeds(shape: RarShape, rows: number): Record<string, ort.Tensor> {
  const cache = () => floats([past, rows * shape.heads, shape.headDimension]);
  const feeds: Record<string, ort.Tensor> = {
    x: floats([rows, shape.dimension]),
    'mask.0': new ort.Tensor('float32', new Float32Array(past + 1), [1, past + 1]),
    'split.0': integers([past, 1]),
    'heads.0': integers([1, rows * shape.heads, shape.headDimension]),
    wanted: integers(Array.from({ length: rows }, (_, i) => i)),
  };
  for (let i = 0; i < shape.layers; i++) {
    feeds[`pastK.0.${i}`] = cache();
    feeds[`pastV.0.${i}`] = cache();
  }
  return feeds;
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function integers(values: readonly number[]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}

function floats(shape: readonly number[]): ort.Tensor {
  const values = Float32Array.from({ length: elementCount(shape) }, () => Math.random() - 0.5);
  return new ort.Tensor('float32', values, shape);
}

/** Random numbers about as large as at the start of training. They do not affect the time. */
async function writeRandom(path: string, size: RarSizes, precision: (typeof precisions)[number]): Promise<void> {
  const pattern = Float32Array.from({ length: 2 ** 20 }, () => (Math.random() - 0.5) / 15);
  const tensors = Object.entries(rarShapes(size)).flatMap(([name, shape]): NamedTensor[] => {
    const [out = 0, input] = shape;
    const isMatrix = shape.length === 2 && name !== 'embeddings.weight';
    if (precision === 'fp32' || !isMatrix || input === undefined) return [{ name, dtype: 'F32', shape }];
    return [
      { name, dtype: 'I8', shape: [input, out] },
      { name: scalesOf(name), dtype: 'F32', shape: [out] },
    ];
  });
  await writeSafetensors(path, tensors, (tensor) => {
    const bytes = new Uint8Array(byteLength(tensor));
    if (tensor.name.endsWith('.scales')) new Float32Array(bytes.buffer).fill(1 / 2000);
    else fill(bytes, new Uint8Array(pattern.buffer));
    return Promise.resolve(bytes);
  });
}

function fill(bytes: Uint8Array, pattern: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += pattern.length) bytes.set(pattern.subarray(0, bytes.length - at), at);
}
