import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { plotLines } from './plot.js';
import { startServed, type PreviewChoice, type Subscriber, type Timing } from './served.js';
import { quantile } from './statistics.js';
import { machine, median, tableText } from './table.js';

const clients = [1, 2, 4, 8, 16, 32];
/** At least; each client draws as many as any other. */
const picturesARound = 16;
const noPreviews: PreviewChoice = { mode: 'NONE', picture: 'url' };

interface Load {
  readonly clients: number;
  /** Of each round. */
  readonly picturesASecond: number[];
  /** Of every picture. */
  readonly firstStepMs: number[];
  readonly totalMs: number[];
}

/**
 * Clients that draw at the same time, each through a WebSocket of its own, each its pictures one after another. Every
 * round has every number of clients once.
 *
 * @param write whether docs/concurrency.md and .svg are written
 */
export async function benchConcurrent(label: string, rounds: number, write: boolean): Promise<void> {
  const served = await startServed(['--concurrent', '32']);
  const subscribers = Array.from({ length: Math.max(...clients) }, () => served.subscriber());
  const loads = clients.map((count): Load => ({ clients: count, picturesASecond: [], firstStepMs: [], totalMs: [] }));
  try {
    for (let round = -1; round < rounds; round++) {
      for (const load of loads) await drawRound(load, subscribers, label, round);
    }
  } finally {
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    await served.close();
  }
  const text = tableText(rowsOf(loads));
  console.log(text);
  if (write) await writeDocs(loads, text, rounds);
}

/** The round before the first warms up. */
async function drawRound(load: Load, subscribers: readonly Subscriber[], label: string, round: number): Promise<void> {
  const each = Math.ceil(picturesARound / load.clients);
  const began = performance.now();
  const timings = await Promise.all(
    subscribers.slice(0, load.clients).map(async (subscriber, client) => {
      const own: Timing[] = [];
      for (let i = 0; i < each; i++)
        own.push(await subscriber.draw(label, 1000 * round + 100 * i + client + 1000, noPreviews));
      return own;
    }),
  );
  if (round < 0) return;
  load.picturesASecond.push((each * load.clients) / ((performance.now() - began) / 1000));
  for (const { firstStepMs, totalMs } of timings.flat()) {
    load.firstStepMs.push(firstStepMs);
    load.totalMs.push(totalMs);
  }
}

function rowsOf(loads: readonly Load[]): string[][] {
  const one = loads[0]?.picturesASecond ?? [];
  const ms = (values: readonly number[], share: number) => quantile(values, share).toFixed(0);
  return [
    ['clients', 'pictures/s', 'times one after another', 'first step p50', 'p95 ms', 'picture p50', 'p95 ms'],
    ...loads.map(({ clients: count, picturesASecond, firstStepMs, totalMs }) => [
      `${count}`,
      median(picturesASecond).toFixed(2),
      // Side by side: the ratio of each round, not the ratio of two medians.
      median(picturesASecond.map((rate, round) => rate / (one[round] ?? NaN))).toFixed(2),
      ms(firstStepMs, 0.5),
      ms(firstStepMs, 0.95),
      ms(totalMs, 0.5),
      ms(totalMs, 0.95),
    ]),
  ];
}

async function writeDocs(loads: readonly Load[], table: string, rounds: number): Promise<void> {
  const at = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  const svg = plotLines({
    title: 'Clients that draw at the same time',
    x: { title: 'clients', values: clients },
    lines: [
      {
        name: 'pictures a second, times those of one client',
        values: loads.map(({ picturesASecond }) => median(picturesASecond) / median(loads[0]?.picturesASecond ?? [])),
      },
      {
        name: 'seconds to the first step, p95',
        values: loads.map(({ firstStepMs }) => quantile(firstStepMs, 0.95) / 1000),
      },
      { name: 'seconds to the picture, p50', values: loads.map(({ totalMs }) => quantile(totalMs, 0.5) / 1000) },
    ],
  });
  await writeFile(at('concurrency.svg'), svg);
  await writeFile(
    at('concurrency.md'),
    `# Many at once\n\nMade by \`npm run bench -- concurrent --write\` on ${machine()}; ${rounds} rounds, every number of ` +
      `clients once a round, each client through a WebSocket of its own, the built-in model with its defaults, without ` +
      `previews.\n\n![the table as lines](concurrency.svg)\n\n\`\`\`\n${table}\n\`\`\`\n`,
  );
}
