import { startServed, type PreviewChoice } from './served.js';
import { median, printTable } from './table.js';

const clients = 16;

const choices: ReadonlyMap<string, PreviewChoice> = new Map([
  ['no previews', { mode: 'NONE', picture: 'url' }],
  ['decoded, every step, by URL', { mode: 'DECODED', picture: 'url' }],
  ['decoded, every step, inline WebP', { mode: 'DECODED', picture: 'dataUri' }],
]);

/** Compares 16 subscribers that request a decoded preview of every step with 16 that request none. */
export async function benchPreviews(label: string, rounds: number): Promise<void> {
  const served = await startServed();
  const subscribers = Array.from({ length: clients }, () => served.subscriber());
  const seconds = new Map<string, number[]>([...choices.keys()].map((name) => [name, []]));
  const shown = new Map<string, number[]>([...choices.keys()].map((name) => [name, []]));
  try {
    for (let round = -1; round < rounds; round++) {
      for (const [name, choice] of choices) {
        const began = performance.now();
        const timings = await Promise.all(
          subscribers.map((subscriber, i) => subscriber.draw(label, 100 * (round + 1) + i, choice)),
        );
        if (round < 0) continue;
        seconds.get(name)?.push((performance.now() - began) / 1000);
        shown.get(name)?.push(timings.reduce((sum, { previews }) => sum + previews, 0) / clients);
      }
    }
  } finally {
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    await served.close();
  }
  const without = seconds.get('no previews') ?? [];
  printTable([
    [`${clients} subscribers`, 'pictures/s', 'relative to no previews', 'previews per picture'],
    ...[...choices.keys()].map((name) => {
      const times = seconds.get(name) ?? [];
      const share = median(times.map((time, round) => (without[round] ?? NaN) / time));
      return [
        name,
        (clients / median(times)).toFixed(2),
        `${(100 * share).toFixed(0)} %`,
        median(shown.get(name) ?? []).toFixed(1),
      ];
    }),
  ]);
}
