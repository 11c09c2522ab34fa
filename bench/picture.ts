import { startBare } from './bare.js';
import { startServed, type PreviewChoice, type Timing } from './served.js';
import { median, printTable } from './table.js';

const previews: ReadonlyMap<string, PreviewChoice> = new Map([
  ['server, no previews', { mode: 'NONE', picture: 'url' }],
  ['server, mosaic every step, by URL', { mode: 'MOSAIC', picture: 'url' }],
  ['server, mosaic every step, inline WebP', { mode: 'MOSAIC', picture: 'dataUri' }],
  ['server, decoded previews, inline WebP', { mode: 'DECODED', picture: 'dataUri' }],
]);

/**
 * One picture of the built-in model: the bare step loop, and the whole server through one WebSocket subscriber. Each
 * round times each way once, so that noise affects all of them; the results are medians over rounds.
 */
export async function benchPicture(label: string, rounds: number): Promise<void> {
  const bare = await startBare();
  const served = await startServed();
  try {
    const bareMs: number[] = [];
    const times = new Map<string, Timing[]>([...previews.keys()].map((name) => [name, []]));
    // The first two rounds are the warm-up.
    for (let round = -2; round < rounds; round++) {
      const ms = await bare.draw(round + 2);
      if (round >= 0) bareMs.push(ms);
      for (const [name, choice] of previews) {
        const timing = await served.draw(label, round + 2, choice);
        if (round >= 0) times.get(name)?.push(timing);
      }
    }
    print(bareMs, times, served.cells);
  } finally {
    await Promise.all([bare.close(), served.close()]);
  }
}

function print(bareMs: readonly number[], times: ReadonlyMap<string, readonly Timing[]>, cells: number): void {
  const rows = [['', 'ms per picture', 'tokens/s', 'relative to bare', 'first step ms', 'previews']];
  const base = median(bareMs);
  rows.push(['bare steps', base.toFixed(0), ((cells / base) * 1000).toFixed(0), '1.00', '', '']);
  for (const [name, timings] of times) {
    const total = median(timings.map(({ totalMs }) => totalMs));
    // Paired: the ratio of each round, not the ratio of two medians.
    const ratio = median(timings.map(({ totalMs }, i) => totalMs / (bareMs[i] ?? NaN)));
    rows.push([
      name,
      total.toFixed(0),
      ((cells / total) * 1000).toFixed(0),
      ratio.toFixed(2),
      median(timings.map(({ firstStepMs }) => firstStepMs)).toFixed(1),
      median(timings.map((timing) => timing.previews)).toFixed(0),
    ]);
  }
  printTable(rows);
}
