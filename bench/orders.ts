import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Decoding } from '../src/decoding/decoding.js';
import { cellCount, type Grid } from '../src/decoding/grid.js';
import { localityOrder } from '../src/decoding/locality.js';
import { orderCells, type Order } from '../src/decoding/order.js';
import { Random } from '../src/decoding/random.js';
import { tokensPerStep, type Schedule } from '../src/decoding/schedule.js';
import { inFloats, readManifest, type Manifest } from '../src/model/manifest.js';
import { loadRandar, type RandarTransformer } from '../src/family/randar/transformer.js';
import { loadTokenizer } from '../src/tokenizer/tokenizer.js';
import { graphsOnHost } from '../src/runtime/graph-session.js';
import { rowOf, surprises } from './likelihood.js';
import { printComparison, type Measured, type MeasuredPicture } from './orders-table.js';
import { mean, sum } from './statistics.js';

/** A way to order the cells of a picture: a named order, or the locality order with given tau and rho. */
type Way = (tokensPerStep: readonly number[], grid: Grid, random: Random) => Int32Array;

const localities = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
] as const;
const ways = new Map<string, Way>([
  ...(['random', 'raster', 'spiral', 'halton', 'subsample', 'center-out'] as const).map((kind) =>
    way(kind, (counts, grid, random) => ordered({ kind }, counts, grid, random)),
  ),
  ...localities.map(([tau, rho]) =>
    way(`locality ${tau}/${rho}`, (counts, grid, random) =>
      localityOrder({ grid, known: [], tokensPerStep: counts }, random, { tau, rho }),
    ),
  ),
]);

const picturesPerLabel = 2;
/**
 * Neighbours of the label in the list, where similar labels are adjacent: a picture should be distinguishable from
 * them.
 */
const offsets = [-3, -2, -1, 1, 2, 3, 4];
/**
 * Cells used to distinguish a picture from other labels' pictures; with all cells it would nearly always be possible.
 */
const glimpse = 8;

export interface OrdersBench {
  readonly steps: readonly number[];
  readonly schedules: readonly string[];
  /** Default: all. */
  readonly orders?: readonly string[] | undefined;
  /** New labels are started as long as they seem to fit. */
  readonly minutes: number;
  /** Selects other labels and pictures, to check whether a finding holds. */
  readonly seed: number;
}

/**
 * Compares orders and schedules by the likelihood that the built-in model assigns to the pictures. For each label, all
 * ways draw the same seeds; statistics are over labels. The baseline is one-by-one decoding in random order.
 */
export async function benchOrders(bench: OrdersBench): Promise<void> {
  const plans = readPlans(bench);
  const seeds = Array.from({ length: picturesPerLabel }, (_, i) => bench.seed * picturesPerLabel + i + 1);
  const options = { device: { provider: 'cpu', index: 0 }, threads: 0, spinning: true } as const;
  const manifest = inFloats(await readManifest(fileURLToPath(new URL('../models/emoji', import.meta.url))));
  const { folder, transformer: weights, grid } = manifest;
  const transformer = await loadRandar(join(folder, weights.file), weights.heads, grid, options);
  const { codebook } = await loadTokenizer(join(folder, manifest.tokenizer.file), graphsOnHost(options));

  const labels = Int32Array.from({ length: transformer.shape.classes }, (_, label) => label);
  Random.of(bench.seed, 'order').shuffle(labels);
  const measured: Measured[] = plans.flatMap((plan) =>
    plan.ways.map((name) => ({ plan: plan.name, way: name, labels: [] })),
  );
  const began = performance.now();
  for (const [round, label] of labels.entries()) {
    const minutes = (performance.now() - began) / 60_000;
    if (round > 1 && minutes * ((round + 1) / round) > bench.minutes) break;
    if (round > 0) console.error(`${round} labels in ${minutes.toFixed(1)} minutes`);
    for (const { name, schedule, ways } of plans) {
      const counts = tokensPerStep(schedule, cellCount(grid));
      const pictures = ways.flatMap((each) =>
        seeds.map((seed) => begin(each, label, seed * 1000 + label, counts, grid)),
      );
      const drawn = await draw(transformer, counts, pictures, manifest.defaults);
      for (const each of ways) {
        const ofWay = drawn.filter((picture) => picture.way === each);
        const ofLabel: MeasuredPicture[] = [];
        for (const picture of ofWay) ofLabel.push(await measure(transformer, picture, labels.length, grid));
        measured.find((row) => row.plan === name && row.way === each)?.labels.push(ofLabel);
      }
    }
  }
  printComparison(measured, grid, codebook, { seeds: seeds.length, others: offsets.length, glimpse });
}

interface Plan {
  readonly name: string;
  readonly schedule: Schedule;
  readonly ways: readonly string[];
}

function readPlans({ steps, schedules, orders = [...ways.keys()] }: OrdersBench): Plan[] {
  const unknown = orders.find((name) => !ways.has(name));
  if (unknown !== undefined) throw new TypeError(`expected orders of ${[...ways.keys()].join(', ')}, got ${unknown}`);
  const plans = steps.flatMap((count) =>
    schedules.map((kind): Plan => {
      if (kind !== 'cosine' && kind !== 'linear') throw new TypeError(`expected cosine or linear, got ${kind}`);
      return { name: `${count} steps, ${kind}`, schedule: { kind, steps: count }, ways: orders };
    }),
  );
  return [{ name: 'one by one', schedule: { kind: 'one-by-one' }, ways: ['random'] }, ...plans];
}

function way(name: string, order: Way): [string, Way] {
  return [name, order];
}

function ordered(order: Order, counts: readonly number[], grid: Grid, random: Random): Int32Array {
  return orderCells(order, { grid, known: [], tokensPerStep: counts }, random);
}

interface Picture {
  readonly way: string;
  readonly label: number;
  readonly seed: number;
  readonly order: Int32Array;
  readonly tokens: Int32Array;
}

function begin(name: string, label: number, seed: number, counts: readonly number[], grid: Grid): Picture {
  const order = ways.get(name)?.(counts, grid, Random.of(seed, 'order')) ?? new Int32Array();
  return { way: name, label, seed, order, tokens: new Int32Array(cellCount(grid)) };
}

/** Draws the pictures together, with the model's own guidance and sampling. */
async function draw(
  { ownLayout, session }: RandarTransformer,
  counts: readonly number[],
  pictures: readonly Picture[],
  { guidance, temperature, topK, topP }: Manifest['defaults'],
): Promise<readonly Picture[]> {
  const decoding = new Decoding(ownLayout, {
    pictures: pictures.map(({ label, seed, order }) => ({
      label,
      seed,
      order: { kind: 'explicit', positions: [...order] },
    })),
    tokensPerStep: counts,
    guidance: { ...guidance, curve: 'linear', power: 1 },
    sampling: { temperature, topK, topP },
  });
  const cache = session.createCache(decoding.sequences, decoding.capacity);
  while (!decoding.isDone) {
    const step = decoding.apply(await session.runAlone(decoding.next(), cache));
    for (const [i, picture] of pictures.entries()) {
      for (const [at, cell] of step[i]?.positions.entries() ?? []) picture.tokens[cell] = step[i]?.tokens[at] ?? 0;
    }
  }
  return pictures;
}

async function measure(
  transformer: RandarTransformer,
  { label, seed, order, tokens }: Picture,
  labels: number,
  grid: Grid,
): Promise<MeasuredPicture> {
  // One order for all pictures of the seed, whichever way they were drawn; none of them was drawn in it.
  const neutral = ordered({ kind: 'random' }, [], grid, Random.of(-1 - seed, 'order'));
  const [own = [], read = []] = await surprises(transformer, [
    rowOf(tokens, order, label),
    rowOf(tokens, neutral, label),
  ]);
  const others = await surprises(
    transformer,
    offsets.map((offset) => rowOf(tokens, neutral.subarray(0, glimpse), (label + offset + labels) % labels)),
  );
  const margin = Math.min(...others.map(sum)) - sum(read.slice(0, glimpse));
  return { own: mean(own), neutral: mean(read), margin, tokens };
}
