import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Grid } from '../decoding/grid.js';
import { ImportError } from '../import/import-options.js';
import { importModel, type ImportStage, type ImportSummary } from '../import/import-model.js';
import { familyNames } from '../graph/transformer-family.js';
import type { Precision } from '../graph/transformer-weights.js';
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
  .description('make checkpoints a model that is served')
  .requiredOption('--id <id>', 'names the model and its folder: letters, digits, ".", "_" and "-"')
  .requiredOption(
    '--transformer <file>',
    'safetensors, an index of sharded safetensors, or what torch.save wrote (.pt, .pth, .bin)',
  )
  .requiredOption('--tokenizer <file>', 'likewise: LlamaGen VQModel or MaskGIT-VQGAN')
  .option('--labels <labels>', '"imagenet", or a file: a JSON array or one name a line', 'imagenet')
  .addOption(new Option('--precision <precision>', 'how matrices are stored').choices(precisions).default('int8'))
  .addOption(
    new Option('--heads <n>', 'attention heads of RandAR, where their dimension is not 64').argParser(
      wholeNumber(1, 256),
    ),
  )
  .addOption(new Option('--grid <WxH>', 'cells of a picture, where it is not 16x16').argParser(grid))
  .option('--any-order', 'weights of RAR that were never annealed to raster order follow any', false)
  .option('--name <name>', 'the name for people (default: the id)')
  .option('--license <text>', 'the licence of the weights')
  .option('--replace', 'take the place of a model of that id', false)
  .option('--no-measure', 'do not measure the error of the precision')
  .addOption(modelsOption())
  .action(async (options: ImportCommandOptions) => {
    const began = performance.now();
    const summary = await importModel({ ...options, signal: stopSignal() }, showStage);
    endBar();
    print(summary, (performance.now() - began) / 1000);
  });

/** The first signal stops the import, which leaves nothing; a second one finds no handler and ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = () => stop.abort(new ImportError('the import was stopped, and nothing is left of it'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  return stop.signal;
}

const stageNames: Record<ImportStage, string> = {
  transformer: 'transformer: tensors written',
  tokenizer: 'tokenizer: tensors written',
  patches: "patches: each code's own picture, sheets drawn",
  precision: 'precision: steps drawn and layers compared with fp32',
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
      `${familyNames[family]}, ${(parameters / 1e6).toFixed(1)} M parameters: ${layers} layers of ${dimension}, ${heads} heads`,
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
  process.stdout.write(`\nnpm start serves it; npx randar verify ${basename(folder)} checks it.\n`);
}

function describeUnmeasured(precision: Precision): string {
  return precision === 'fp32' ? 'none: fp32 is what the others are measured by' : 'not measured';
}

function grid(text: string): Grid {
  const match = /^(\d{1,2})x(\d{1,2})$/i.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (match && width >= 1 && height >= 1 && width <= 64 && height <= 64) return { width, height };
  throw new InvalidArgumentError('Expected width and height in cells, 1 to 64 each, like 16x16.');
}
