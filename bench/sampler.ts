import { readFile } from 'node:fs/promises';
import { Random } from '../src/decoding/random.js';
import type * as SamplerModule from '../src/decoding/sampler.js';
import type { Sampling } from '../src/decoding/sampler.js';
import { median, printTable } from './table.js';

type Sampler = SamplerModule.Sampler;

const samplings: ReadonlyMap<string, Sampling> = new Map([
  ['all tokens', { temperature: 1, topK: 0, topP: 1 }],
  ['top-k 200', { temperature: 1, topK: 200, topP: 1 }],
  ['top-p 0.9', { temperature: 1, topK: 0, topP: 0.9 }],
  ['top-k 200, top-p 0.9', { temperature: 1, topK: 200, topP: 0.9 }],
]);

const drawsPerRound = 200;

const built = new URL('../dist/decoding/sampler.js', import.meta.url);

/**
 * Compares the sampler's own exponential with Math.exp: microseconds per draw, by vocabulary and sampling. Each is a
 * separate module, so that neither is compiled for both; each round times both once.
 */
export async function benchSampler(rounds: number): Promise<void> {
  const own = await readFile(built, 'utf8');
  const modules = [await moduleOf(own), await moduleOf(withMathExp(own))];
  const rows = [['tokens, sampling', 'own exponential, us', 'Math.exp, us', 'ratio']];
  for (const vocabulary of [2_048, 16_384]) {
    const logits = someLogits(vocabulary);
    for (const [name, sampling] of samplings) {
      const sides = modules.map((module) => new module.Sampler(vocabulary, sampling));
      const times = sides.map((): number[] => []);
      // The first two rounds are the warm-up.
      for (let round = -2; round < rounds; round++) {
        for (const [side, sampler] of sides.entries()) {
          const us = timeDraws(sampler, logits, round + 2);
          if (round >= 0) times[side]?.push(us);
        }
      }
      const [mine = NaN, theirs = NaN] = times.map(median);
      rows.push([`${vocabulary}, ${name}`, mine.toFixed(1), theirs.toFixed(1), (mine / theirs).toFixed(2)]);
    }
  }
  printTable(rows);
}

/** The sampler's source with Math.exp instead of its own exponential. */
function withMathExp(source: string): string {
  const call = 'exponential(value - highest)';
  if (!source.includes(call)) throw new Error(`expected ${call} in the sampler: adapt this benchmark to it`);
  return source.replace(call, 'Math.exp(value - highest)');
}

async function moduleOf(source: string): Promise<typeof SamplerModule> {
  const text = source
    .replace(/^\/\/# sourceMappingURL=.*$/m, '')
    .replaceAll(/from '(\..*?)'/g, (_, path: string) => `from '${new URL(path, built).href}'`);
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as typeof SamplerModule;
}

/** Microseconds per draw. */
function timeDraws(sampler: Sampler, logits: readonly Float32Array[], seed: number): number {
  const random = Random.of(seed, 'sampling');
  const began = performance.now();
  for (let i = 0; i < drawsPerRound; i++) sampler.draw(logits[i % logits.length] ?? new Float32Array(), random);
  return ((performance.now() - began) * 1000) / drawsPerRound;
}

/** Logits about as spread as a model's: a sum of uniform numbers is close enough to a normal distribution. */
function someLogits(vocabulary: number): Float32Array[] {
  const random = Random.of(1, 'sampling');
  const normal = () => Array.from({ length: 12 }, () => random.uniform()).reduce((sum, x) => sum + x, -6);
  return Array.from({ length: 8 }, () => Float32Array.from({ length: vocabulary }, () => 3 * normal()));
}
