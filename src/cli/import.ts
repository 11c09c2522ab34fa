import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Grid } from '../decoding/grid.js';
import { ImportError } from '../import/import-options.js';
import { importModel, type ImportStage, type ImportSummary } from '../import/import-model.js';
import { familyNamed } from '../family/families.js';
import type { Precision } from '../graph/linear.js';
import { modelsOption, wholeNumber } from './options.js';
import { endBar, printBytes, showBar } from './progress.js';

interface ImportCommandOptions {
  readonly id: string;
  readonly transformer: string;
  readonly tokenizer: string;
  readonly labels: string;
  readonly precision: Precision;
  readonly heads?: number;
  readonly grid?: Grid;
  readonly anyOrder: boolean;
  readonly name?: string;
  readonly license?: string;
  readonly replace: boolean;
  readonly measure: boolean;
  readonly models: string;
}

const precisions: readonly Precision[] = ['fp32', 'fp16', 'int8', 'int4'];

export const importCommand = new Command('import')
  .description('convert checkpoints into a servable model')
  .requiredOption('--id <id>', 'model id and directory name: letters, digits, ".", "_" and "-"')
  .requiredOption(
    '--transformer <file>',
    'transformer weights: safetensors, a sharded safetensors index, or a torch.save file (.pt, .pth, .bin)',
  )
  .requiredOption('--tokenizer <file>', 'tokenizer weights, same formats: LlamaGen VQModel or MaskGIT-VQGAN')
  .option('--labels <labels>', '"imagenet", or a file: a JSON array, or one name per line', 'imagenet')
  .addOption(
    new Option('--precision <precision>', 'storage format of weight matrices').choices(precisions).default('int8'),
  )
  .addOption(
    new Option('--heads <n>', 'number of attention heads (default: from the weights, or head dimension 64)').argParser(
      wholeNumber(1, 256),
    ),
  )
  .addOption(new Option('--grid <WxH>', 'size of the token grid (default: from the weights, or 16x16)').argParser(grid))
  .option('--any-order', 'RAR only: the weights were not annealed to raster order and accept any order', false)
  .option('--name <name>', 'display name (default: the id)')
  .option('--license <text>', 'license of the weights')
  .option('--replace', 'replace an existing model with the same id', false)
  .option('--no-measure', 'skip measuring the quantization error')
  .addOption(modelsOption())
  .action(async (options: ImportCommandOptions) => {
    const began = performance.now();
    const summary = await importModel({ ...options, signal: stopSignal() }, showStage);
    endBar();
    print(summary, (performance.now() - began) / 1000);
  });

/** The first signal stops the import and removes its files; a second one finds no handler and ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = () => stop.abort(new ImportError('import cancelled; no files were left behind'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  return stop.signal;
}

const stageNames: Record<ImportStage, string> = {
  transformer: 'writing transformer tensors',
  tokenizer: 'writing tokenizer tensors',
  patches: 'rendering preview patches',
  precision: 'measuring error against fp32',
};

let shown: ImportStage | undefined;

function showStage(stage: ImportStage, done: number, total: number): void {
  if (shown !== undefined && shown !== stage) endBar();
  shown = stage;
  showBar(done, total, `${stageNames[stage]} ${done}/${total}`);
}

function print(
  { folder, family, shape, tokenizerFamily, grid, precision, bytes, divergence }: ImportSummary,
  seconds: number,
) {
  const { layers, dimension, heads, vocabulary, classes, parameters } = shape;
  const rows: [string, string][] = [
    ['model', folder],
    [
      'transformer',
      `${familyNamed(family).title}, ${(parameters / 1e6).toFixed(1)} M parameters: ${layers} layers of ${dimension}, ${heads} heads`,
    ],
    ['tokens', `${vocabulary}, ${tokenizerFamily} tokenizer, ${grid.width} x ${grid.height} cells`],
    ['labels', `${classes}`],
    ['precision', `${precision}, ${printBytes(bytes)}`],
    [
      'error',
      divergence === undefined ? describeUnmeasured(precision) : `KL divergence ${divergence.toExponential(1)}`,
    ],
    ['time', `${seconds.toFixed(1)} s, peak memory ${printBytes(process.resourceUsage().maxRSS * 1024)}`],
  ];
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(12)} ${value}\n`);
  process.stdout.write(`\nServe it with npm start; check it with npx randar verify ${basename(folder)}.\n`);
}

function describeUnmeasured(precision: Precision): string {
  return precision === 'fp32' ? 'none (fp32 is the reference)' : 'not measured';
}

function grid(text: string): Grid {
  const match = /^(\d{1,2})x(\d{1,2})$/i.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (match && width >= 1 && height >= 1 && width <= 64 && height <= 64) return { width, height };
  throw new InvalidArgumentError('Expected width x height in cells, 1 to 64 each, such as 16x16.');
}
