import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { benchedModel, startBare } from './bare.js';
import { median, printTable } from './table.js';

/** One implementation, and its time in each round. */
interface Side {
  readonly name: string;
  readonly batch: number;
  readonly draw: (seed: number) => Promise<number>;
  /** Milliseconds per picture. */
  readonly ms: number[];
}

interface Options {
  readonly python: string;
  readonly int8?: string | undefined;
  readonly compile: boolean;
  /** How many pictures are drawn together. */
  readonly batches: readonly number[];
}

/**
 * Compares the bare step loop with PyTorch with a KV cache, eager and optionally compiled, with the same weights,
 * schedule, guidance and machine. They take turns in every round, and PyTorch must reproduce the goldens' tokens before
 * it is timed.
 *
 * @param file A transformer in fp32 or fp16. Default: the built-in model, also in int8.
 * @param options.int8 The same transformer in int8, to time it as well.
 */
export async function benchPytorch(
  file: string | undefined,
  rounds: number,
  { python, int8, compile, batches }: Options,
): Promise<void> {
  if (spawnSync(python, ['-c', 'import torch, numpy']).status !== 0) {
    throw new Error(`${python} has no PyTorch: run "${python} -m pip install torch numpy", or name one by --python`);
  }
  await checkGolden(python);
  const { path, floats, heads, grid, defaults } = await benchedModel(file);
  const torch = startPython(python, floats, heads, grid.width);
  const bare = await startBare(file, 'floats');
  const quantised = path === floats && int8 === undefined ? undefined : await startBare(int8);
  try {
    console.log('PyTorch:', await torch.ready);
    const ask = async (dtype: string, batch: number, seed: number, compiled = false) => {
      const { steps, guidance, temperature } = defaults;
      const range = [guidance.start, guidance.end];
      const answer = await torch.ask({ do: 'draw', dtype, compiled, batch, steps, guidance: range, temperature, seed });
      return (answer as { ms_per_picture: number }).ms_per_picture;
    };
    const sides = batches.flatMap((batch): Side[] => [
      { name: 'ours', batch, ms: [], draw: async (seed) => (await bare.draw(seed, batch)) / batch },
      ...(quantised
        ? [
            {
              name: 'ours, int8',
              batch,
              ms: [],
              draw: async (seed: number) => (await quantised.draw(seed, batch)) / batch,
            },
          ]
        : []),
      { name: 'PyTorch fp32', batch, ms: [], draw: (seed) => ask('fp32', batch, seed) },
      { name: 'PyTorch bf16', batch, ms: [], draw: (seed) => ask('bf16', batch, seed) },
      ...(compile
        ? ['fp32', 'bf16'].map((dtype) => ({
            name: `PyTorch ${dtype}, compiled`,
            batch,
            ms: [],
            draw: (seed: number) => ask(dtype, batch, seed, true),
          }))
        : []),
    ]);
    const loads: number[] = [];
    for (let round = -1; round < rounds; round++) {
      for (const { draw, ms } of sides) {
        const each = await draw(round + 1);
        if (round >= 0) ms.push(each);
      }
      loads.push(loadavg()[0] ?? NaN);
    }
    print(sides, defaults.steps);
    console.log(`load of the machine: median ${median(loads).toFixed(1)}, this bench included`);
  } finally {
    torch.close();
    await Promise.all([bare.close(), quantised?.close()]);
  }
}

/** Ratios are per round, not between two medians. */
function print(sides: readonly Side[], steps: number): void {
  const rows = [['', 'batch', 'ms per picture', 'ms per step', 'relative to ours']];
  for (const { name, batch, ms } of sides) {
    const ours = sides.find((side) => side.name === 'ours' && side.batch === batch)?.ms ?? [];
    const each = median(ms);
    const ratio = median(ms.map((x, round) => x / (ours[round] ?? NaN)));
    rows.push([name, `${batch}`, each.toFixed(0), ((each * batch) / steps).toFixed(2), ratio.toFixed(2)]);
  }
  printTable(rows);
}

interface Golden {
  readonly config: { readonly n_head: number; readonly block_size: number };
  readonly cases: readonly {
    readonly classes: readonly number[];
    readonly order: readonly number[][];
    readonly tokens_per_step: readonly number[];
    readonly cfg_scales: readonly number[];
    readonly tokens: readonly number[][];
  }[];
}

/** Checks that both compute the same: greedy tokens must equal the reference's. */
async function checkGolden(python: string): Promise<void> {
  const at = (name: string) => fileURLToPath(new URL(`../tests/goldens/${name}`, import.meta.url));
  const { config, cases } = JSON.parse(await readFile(at('randar-square8.json'), 'utf8')) as Golden;
  const torch = startPython(python, at('randar-square8.safetensors'), config.n_head, Math.sqrt(config.block_size));
  try {
    await torch.ready;
    for (const [i, { classes, order, tokens_per_step, cfg_scales, tokens }] of cases.entries()) {
      const answer = await torch.ask({ do: 'greedy', classes, order, tokens_per_step, guidance: cfg_scales });
      if (JSON.stringify((answer as { tokens: unknown }).tokens) !== JSON.stringify(tokens)) {
        throw new Error(`bench/pytorch/decode.py draws other tokens than the reference in case ${i} of randar-square8`);
      }
    }
  } finally {
    torch.close();
  }
}

/** Runs the script in a process of its own, which answers each line of JSON with another. */
function startPython(python: string, file: string, heads: number, side: number) {
  const script = fileURLToPath(new URL('pytorch/decode.py', import.meta.url));
  const child = spawn(python, [script, file, `${heads}`, `${side}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const next = await lines.next();
    if (next.done) throw new Error(`${script} ended before it answered`);
    return JSON.parse(next.value) as unknown;
  };
  return {
    ready: answer(),
    ask: (command: object) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}
