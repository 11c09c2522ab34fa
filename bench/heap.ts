import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Decoding } from '../src/decoding/decoding.js';
import { cellCount } from '../src/decoding/grid.js';
import { tokensPerStep } from '../src/decoding/schedule.js';
import { maxLanes } from '../src/runtime/step-session.js';
import { loadRandar } from '../src/family/randar/transformer.js';
import { benchedModel } from './bare.js';
import { printTable } from './table.js';

const everySteps = 1000;

/**
 * Prints memory use after every thousand steps of lanes that are never idle, after garbage collection. It should not
 * grow.
 */
export async function benchHeap(steps: number): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { grid, path, heads, defaults } = await benchedModel();
  const options = { device: { provider: 'cpu', index: 0 }, threads: 0, spinning: true } as const;
  const { shape, ownLayout, session } = await loadRandar(path, heads, grid, options);
  const memory = session.allocate(1 + 2 * cellCount(grid), 2 * maxLanes);
  let seed = 0;
  const begin = (lane: number) => {
    seed++;
    const decoding = new Decoding(ownLayout, {
      pictures: [{ label: seed % shape.classes, seed, order: { kind: 'random' } }],
      tokensPerStep: tokensPerStep({ kind: 'cosine', steps: defaults.steps }, cellCount(grid)),
      guidance: { ...defaults.guidance, curve: 'linear', power: 1 },
      sampling: { temperature: 1, topK: 0, topP: 1 },
    });
    return { decoding, cache: memory.cache(2 * lane, 2, decoding.sequences) };
  };
  const lanes = Array.from({ length: maxLanes }, (_, lane) => begin(lane));
  const rows = [['steps', 'heap MB', 'array buffers MB', 'resident MB']];
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  for (let done = 0; done <= steps; done += maxLanes) {
    if (done % everySteps === 0) {
      await nextTurn();
      collect();
      const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
      rows.push([`${done}`, megabytes(heapUsed), megabytes(arrayBuffers), megabytes(rss)]);
    }
    const logits = await session.run(lanes.map(({ decoding, cache }) => ({ inputs: decoding.next(), cache })));
    for (const [lane, { decoding }] of lanes.entries()) {
      decoding.apply(logits[lane] ?? new Float32Array(0));
      if (decoding.isDone) lanes[lane] = begin(lane);
    }
  }
  await session.close();
  printTable(rows);
}
