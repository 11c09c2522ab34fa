import { parseArgs } from 'node:util';
import { benchedModel } from './bare.js';
import { benchConcurrent } from './concurrent.js';
import { benchHeap } from './heap.js';
import { benchOrders } from './orders.js';
import { benchPicture } from './picture.js';
import { benchPrecision } from './precision.js';
import { benchPreviews } from './previews.js';
import { benchPytorch } from './pytorch.js';
import { benchRar } from './rar.js';
import { benchSampler } from './sampler.js';
import { benchStep } from './step.js';
import { machine } from './table.js';

/**
 * npm run bench [-- picture | previews | precision FILE | step [FILE]] [--rounds N]
 * npm run bench -- concurrent [--rounds N] [--write]
 * npm run bench -- rar [--rounds N]
 * npm run bench -- sampler [--rounds N]
 * npm run bench -- heap [--steps 10000]
 * npm run bench -- pytorch [FILE] [--rounds N] [--python python3] [--int8 FILE] [--compile] [--batches 1,16]
 * npm run bench -- orders [--minutes 5] [--steps 16,32] [--schedules cosine] [--orders "random,locality 2/1"] [--seed N]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    label: { type: 'string', default: 'rocket' },
    minutes: { type: 'string', default: '5' },
    steps: { type: 'string' },
    write: { type: 'boolean', default: false },
    schedules: { type: 'string', default: 'cosine,linear' },
    orders: { type: 'string' },
    seed: { type: 'string', default: '0' },
    python: { type: 'string', default: 'python3' },
    int8: { type: 'string' },
    compile: { type: 'boolean', default: false },
    batches: { type: 'string', default: '1,16' },
  },
});
const [what = 'picture', file] = positionals;
const rounds = Number(values.rounds ?? (what === 'picture' ? 15 : 5));

console.log(what === 'orders' ? machine() : `${machine()}, median of ${rounds} rounds`);
if (what === 'picture') await benchPicture(values.label, rounds);
else if (what === 'concurrent') await benchConcurrent(values.label, rounds, values.write);
else if (what === 'previews') await benchPreviews(values.label, rounds);
else if (what === 'step') await benchStep(file, rounds);
else if (what === 'heap') await benchHeap(Number(values.steps ?? 10_000));
else if (what === 'precision') await benchPrecision(file ?? (await benchedModel()).floats, rounds);
else if (what === 'rar') await benchRar(rounds);
else if (what === 'sampler') await benchSampler(rounds);
else if (what === 'pytorch') {
  await benchPytorch(file, rounds, { ...values, batches: values.batches.split(',').map(Number) });
} else if (what === 'orders') {
  await benchOrders({
    minutes: Number(values.minutes),
    seed: Number(values.seed),
    steps: (values.steps ?? '16,24,32,48,88').split(',').map(Number),
    schedules: values.schedules.split(','),
    orders: values.orders?.split(','),
  });
} else {
  throw new TypeError(
    `expected picture, concurrent, previews, step, heap, precision, rar, sampler, pytorch or orders, got ${what}`,
  );
}
