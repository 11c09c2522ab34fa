import { statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { orderKinds } from '../api/enums.js';
import type { GenerateInput, OrderKind } from '../api/generated/resolvers.js';
import { parseGenerateInput } from '../api/input/generate.js';
import { BadInputError, problemMessage } from '../api/input/problems.js';
import { Engine } from '../engine/engine.js';
import type { Generation } from '../generation/generation.js';
import type { GenerationRequest } from '../generation/request.js';
import type { ImageFormat } from '../image/encode.js';
import { endBar, showBar } from './progress.js';
import { anyNumber, memoryByDefault, modelOptions, report, wholeNumber, type ModelOptions } from './options.js';

interface GenerateOptions extends ModelOptions {
  readonly output: string;
  readonly seed?: number;
  readonly count: number;
  readonly steps?: number;
  readonly guidance?: { start: number; end: number };
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly order?: string;
  readonly schedule?: string;
}

/** The API's order kinds by their names on the command line. */
const orders = new Map(Object.keys(orderKinds).map((kind) => [choiceName(kind), kind as OrderKind]));
const schedules = new Map((['COSINE', 'LINEAR', 'ONE_BY_ONE'] as const).map((kind) => [choiceName(kind), kind]));

const formats = new Map<string, ImageFormat>([
  ['.png', 'png'],
  ['.webp', 'webp'],
  ['.jpg', 'jpeg'],
  ['.jpeg', 'jpeg'],
  ['.avif', 'avif'],
]);

export const generateCommand = new Command('generate')
  .description('generate pictures and save them to files')
  .argument('<label>', 'label name, for example rocket, or class index')
  .addOption(
    new Option('-o, --output <file>', 'output file: .png, .webp, .jpg or .avif').makeOptionMandatory().argParser(file),
  )
  .addOption(
    new Option('--seed <n>', 'random seed; the same seed gives the same picture (default: random)').argParser(
      anyNumber,
    ),
  )
  .addOption(
    new Option('--count <n>', 'number of pictures, 1 to 16; file names are numbered if more than 1')
      .default(1)
      .argParser(wholeNumber(1, 16)),
  )
  .addOption(new Option('--steps <n>', "decoding steps (default: the model's)").argParser(anyNumber))
  .addOption(
    new Option('--guidance <scale>', "classifier-free guidance scale, or start:end (default: the model's)").argParser(
      guidance,
    ),
  )
  .addOption(
    new Option('--temperature <t>', "sampling temperature; 0 is greedy decoding (default: the model's)").argParser(
      anyNumber,
    ),
  )
  .addOption(
    new Option('--top-k <k>', "sample from the k most likely tokens (default: the model's)").argParser(anyNumber),
  )
  .addOption(
    new Option(
      '--top-p <p>',
      "sample from the most likely tokens up to this cumulative probability (default: the model's)",
    ).argParser(anyNumber),
  )
  .addOption(new Option('--order <kind>', 'order in which cells are decoded').choices([...orders.keys()]))
  .addOption(new Option('--schedule <kind>', 'how many tokens each step decodes').choices([...schedules.keys()]));
for (const option of modelOptions()) generateCommand.addOption(option);
generateCommand.action(async (label: string, options: GenerateOptions) => {
  const { model: defaultModel, models, device, floats } = options;
  const engine = await Engine.start({
    models,
    defaultModel,
    serve: 'default',
    device,
    floats,
    maxQueued: 1,
    maxConcurrent: 1,
    decodeWorkers: 1,
    previewBudget: 1,
    memory: memoryByDefault(),
    keep: 1,
    report,
  });
  try {
    const generation = engine.generate(await parseRequest(label, options, engine), 'command line');
    await showProgress(generation);
    if (generation.error) throw Object.assign(new Error(generation.error.message), { code: generation.error.code });
    await save(generation, options.output, engine);
  } finally {
    await engine.close();
  }
});

/** Parses the request; problems are reported with the names of arguments and options. */
async function parseRequest(label: string, options: GenerateOptions, engine: Engine): Promise<GenerationRequest> {
  try {
    return await parseGenerateInput(generateInput(label, options), engine);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    const messages = error.problems.map((problem) => problemMessage(problem, argumentName(problem.field)));
    throw Object.assign(new Error(messages.join(' ')), { code: error.code });
  }
}

/** The API's input.topK is --top-k here, and input.label.name is the argument. */
function argumentName(path: string): string {
  const [, field = path] = path.split('.');
  return field === 'label' ? '<label>' : `--${field.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

function generateInput(label: string, options: GenerateOptions): GenerateInput {
  const { seed, count, steps, guidance: scale, temperature, topK, topP } = options;
  const order = orders.get(options.order ?? '');
  const schedule = schedules.get(options.schedule ?? '');
  return {
    label: /^\d+$/.test(label) ? { index: Number(label) } : { name: label },
    count,
    preview: { mode: 'NONE' },
    ...(seed === undefined ? {} : { seed }),
    ...(steps === undefined ? {} : { steps }),
    ...(scale === undefined ? {} : { guidance: scale }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
    ...(order === undefined ? {} : { order: { kind: order } }),
    ...(schedule === undefined ? {} : { schedule: { kind: schedule } }),
  };
}

async function showProgress(generation: Generation): Promise<void> {
  const total = generation.totalSteps;
  for await (const event of generation.log.follow()) {
    if (event.type !== 'step') continue;
    showBar(event.step, total, `${event.step}/${total} steps, ${(event.elapsedMs / 1000).toFixed(1)} s`);
  }
  endBar();
}

async function save(generation: Generation, output: string, engine: Engine): Promise<void> {
  const { count, seed } = generation.request;
  const extension = extname(output);
  const format = formats.get(extension.toLowerCase()) ?? 'png';
  for (let index = 0; index < count; index++) {
    const name = count === 1 ? output : `${output.slice(0, -extension.length)}-${index}${extension}`;
    await writeWhole(name, await engine.encode(generation.picture(index, 'decoded'), format));
    process.stdout.write(`${name} (seed ${seed + index})\n`);
  }
}

/** Deletes the file if writing fails: half a file is worse than none. */
async function writeWhole(name: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(name, bytes);
  } catch (error) {
    await rm(name, { force: true });
    throw error;
  }
}

/** Checks the output path before a picture is drawn. */
function file(text: string): string {
  if (!formats.has(extname(text).toLowerCase())) {
    throw new InvalidArgumentError(`Expected a file name ending in ${[...formats.keys()].join(', ')}.`);
  }
  if (!isFolder(dirname(text)))
    throw new InvalidArgumentError(`Directory ${dirname(text)} does not exist; create it first.`);
  if (isFolder(text)) throw new InvalidArgumentError('This is a directory; expected a file name.');
  return text;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function guidance(text: string): { start: number; end: number } {
  const match = /^(\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('Expected a scale such as 2, or a range such as 1:3.');
  return { start: Number(match[1]), end: Number(match[2] ?? match[1]) };
}

/** The API's ONE_BY_ONE is one-by-one here. */
function choiceName(kind: string): string {
  return kind.toLowerCase().replaceAll('_', '-');
}
