import { Command, InvalidArgumentError, Option } from 'commander';
import { Engine } from '../engine/engine.js';
import type { ServedModel } from '../engine/served-model.js';
import { graphqlPath } from '../server/graphql.js';
import { startServer, type RunningServer } from '../server/server.js';
import { traitsOf } from '../runtime/device.js';
import type { TokenizerFacts } from '../worker/protocol.js';
import { anyNumber, memoryByDefault, modelOptions, report, wholeNumber, type ModelOptions } from './options.js';
import { printBytes } from './progress.js';

interface ServeOptions extends ModelOptions {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string;
  readonly maxQueued: number;
  readonly keep: number;
  readonly previewBudget: number;
  readonly memory?: number;
  readonly concurrent: number;
  readonly decodeWorkers?: number;
}

/** How long running generations may take to finish at shutdown. */
const graceMs = 10_000;

export const serveCommand = new Command('serve')
  .description('serve all models over GraphQL')
  .addOption(
    new Option('--port <port>', 'port to listen on; 0 picks a free one')
      .env('PORT')
      .default(4000)
      .argParser(wholeNumber(0, 65535)),
  )
  .addOption(new Option('--host <host>', 'address to listen on').env('HOST').default('127.0.0.1'))
  .addOption(new Option('--public-url <url>', 'public URL of this server, if it is behind a proxy').argParser(origin))
  .addOption(
    new Option('--max-queued <n>', 'maximum length of the queue of each model')
      .default(64)
      .argParser(wholeNumber(0, 100_000)),
  )
  .addOption(
    new Option('--preview-budget <percent>', 'share of the machine, in percent, to spend on decoded previews')
      .default(15)
      .argParser(wholeNumber(1, 100)),
  )
  .addOption(
    new Option(
      '--memory <GB>',
      'memory for KV caches, shared equally by all models (default: a quarter of the memory)',
    ).argParser(anyNumber),
  )
  .addOption(
    new Option('--concurrent <n>', 'maximum number of generations each model decodes at once, memory permitting')
      .default(16)
      .argParser(wholeNumber(1, 1000)),
  )
  .addOption(
    new Option(
      '--decode-workers <n>',
      'decode workers per model (default: one per core for small models, one for large models)',
    ).argParser(wholeNumber(1, 64)),
  )
  .addOption(
    new Option('--keep <n>', 'number of finished generations to keep in memory')
      .default(500)
      .argParser(wholeNumber(0, 1_000_000)),
  );
for (const option of modelOptions()) serveCommand.addOption(option);
serveCommand.action(async (options: ServeOptions) => {
  const { model: defaultModel, models, device, floats, maxQueued, keep, host, port, publicUrl: publicOrigin } = options;
  const previewBudget = options.previewBudget / 100;
  const engine = await Engine.start({
    models,
    defaultModel,
    serve: 'all',
    device,
    floats,
    maxQueued,
    previewBudget,
    memory: options.memory === undefined ? memoryByDefault() : options.memory * 1e9,
    maxConcurrent: options.concurrent,
    decodeWorkers: options.decodeWorkers,
    keep,
    report,
  });
  let server: RunningServer;
  try {
    server = await startServer(engine, { host, port, publicOrigin, report });
  } catch (error) {
    await engine.close();
    throw cannotListen(error, options);
  }
  closeOnSignal(server);
  for (const model of engine.models) process.stderr.write(`randar: ${memoryPlan(model)}\n`);
  const ids = engine.models.map(({ id }) => id).join(', ');
  process.stdout.write(
    `randar: serving ${ids} on ${engine.device} at ${server.address}${graphqlPath} (studio: ${server.address})\n`,
  );
});

/** A model's memory use, how many pictures it allows at once, and where they are rendered. */
function memoryPlan({ id, device, transformer, tokenizer, scheduler }: ServedModel): string {
  const { precision, weightBytes, kvSlotBytes } = transformer;
  const { decodeWorkers } = scheduler;
  const kvSlots = transformer.kvSlots * decodeWorkers;
  const guided = Math.floor(transformer.kvSlots / 2) * decodeWorkers;
  return (
    `${id}: ${printBytes(weightBytes)} of ${precision} weights; up to ${printBytes(kvSlots * kvSlotBytes)} of KV cache, ` +
    `${kvSlots} KV slots of ${printBytes(kvSlotBytes)}, enough for ${guided} pictures with guidance; ` +
    `decodes up to ${scheduler.options.maxConcurrent} generations at once in ${decodeWorkers} decode ${decodeWorkers === 1 ? 'worker' : 'workers'}` +
    (traitsOf(device).isHost ? '' : `; ${picturesPlan(tokenizer)}`)
  );
}

/** Where pictures are computed, which may be another device than the steps'. */
function picturesPlan({ pixels: { device, whyNotOnGpu } }: TokenizerFacts): string {
  return `pictures on ${device}${whyNotOnGpu === undefined ? '' : `: ${whyNotOnGpu}`}`;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first signal waits for running generations. A second one finds no handler and the system ends the process:
 * process.exit() would end threads inside ONNX Runtime, which then aborts with a crash message.
 */
function closeOnSignal(server: RunningServer): void {
  const close = () => {
    for (const signal of signals) process.off(signal, close);
    process.stderr.write(
      `randar: shutting down: waiting up to ${graceMs / 1000} s for running generations; send the signal again to stop now\n`,
    );
    server.close(graceMs).catch(report);
  };
  for (const signal of signals) process.on(signal, close);
}

/** Explains why the server cannot listen and what to do; other errors are returned unchanged. */
function cannotListen(cause: unknown, { host, port }: ServeOptions): unknown {
  const remedies: Record<string, string> = {
    EADDRINUSE: `port ${port} of ${host} is already in use; choose another with --port or PORT`,
    EACCES: `no permission to listen on port ${port} of ${host}; choose one above 1023 with --port or PORT`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose one with --host or HOST, or 0.0.0.0 for all`,
    ENOTFOUND: `unknown host "${host}"; choose an address of this machine with --host or HOST`,
  };
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const remedy = remedies[code];
  return remedy === undefined ? cause : Object.assign(new Error(remedy), { code });
}

function origin(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('Expected a URL such as https://pictures.example.com.');
  }
  return text.replace(/\/+$/, '');
}
