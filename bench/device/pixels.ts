import { join } from 'node:path';
import { cellCount } from '../../src/decoding/grid.js';
import { Random } from '../../src/decoding/random.js';
import { readManifest } from '../../src/model/manifest.js';
import { cpu } from '../../src/runtime/device.js';
import { placeTokenizer, type PlacedTokenizer } from '../../src/tokenizer/place-tokenizer.js';
import { median } from '../table.js';

/** The last one is timed. */
const grids = [
  { width: 5, height: 3 },
  { width: 8, height: 8 },
  { width: 16, height: 16 },
];
const mostOff = 2;

/** The built-in tokenizer's pixels of random tokens on the GPU beside those of the CPU. */
export async function checkPixels(rounds: number): Promise<void> {
  const { folder, tokenizer } = await readManifest('models/emoji');
  const path = join(folder, tokenizer.file);
  const onGpu = await placeTokenizer(path, tokenizer.family, { provider: 'cuda', index: 0 });
  if (onGpu.whyNotOnGpu === undefined) {
    const onCpu = await placeTokenizer(path, tokenizer.family, cpu);
    await compare(onGpu, onCpu, rounds);
    await onCpu.close();
  } else {
    console.log(`FAIL pixels are not computed on the GPU: ${onGpu.whyNotOnGpu}`);
  }
  await onGpu.close();
}

async function compare(onGpu: PlacedTokenizer, onCpu: PlacedTokenizer, rounds: number): Promise<void> {
  let [worst, off, all] = [0, 0, 0];
  const ms: Record<'gpu' | 'cpu', number[]> = { gpu: [], cpu: [] };
  for (const grid of grids) {
    // The first picture of a size chooses kernels.
    for (let seed = 0; seed <= rounds; seed++) {
      const random = Random.of(seed, 'sampling');
      const tokens = Int32Array.from({ length: cellCount(grid) }, () => random.integer(onCpu.tokenizer.vocabulary));
      const timed = async ({ tokenizer }: PlacedTokenizer, into: number[]) => {
        const began = performance.now();
        const pixels = await tokenizer.decode(tokens, grid);
        if (seed > 0 && grid === grids.at(-1)) into.push(performance.now() - began);
        return pixels;
      };
      const actual = await timed(onGpu, ms.gpu);
      const expected = await timed(onCpu, ms.cpu);
      all += expected.length;
      for (const [i, level] of expected.entries()) {
        const by = Math.abs(level - (actual[i] ?? Infinity));
        if (by > 0) off++;
        worst = Math.max(worst, by);
      }
    }
  }
  console.log(
    `${worst <= mostOff ? 'PASS' : 'FAIL'} pixels on the GPU differ from the CPU's by ${worst} of 255 at most; ${off} of ${all} bytes differ`,
  );
  console.log(
    `TIME pixels of 16x16 cells: ${median(ms.gpu).toFixed(1)} ms a picture on the GPU, ${median(ms.cpu).toFixed(1)} ms on one core`,
  );
}
