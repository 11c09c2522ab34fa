import { availableParallelism } from 'node:os';
import { maxVocabulary } from '../generation/picture.js';
import { familyNamed } from '../family/families.js';
import type { Capabilities } from '../family/model-family.js';
import { traitsOf, type Device } from '../runtime/device.js';
import { ModelError, type Manifest } from '../model/manifest.js';
import { isSmallModel } from '../model/transformer-file.js';
import { DecodedPreviews } from '../preview/previews.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { startDecodeWorker } from '../worker/decode-worker.js';
import { PictureWorker } from '../worker/picture-worker.js';
import type { TokenizerFacts, TransformerFacts } from '../worker/protocol.js';
import type { PictureCache } from './picture-cache.js';

/** A model together with its worker threads. */
export interface ServedModel {
  readonly id: string;
  readonly manifest: Manifest;
  readonly device: Device;
  readonly capabilities: Capabilities;
  readonly transformer: TransformerFacts;
  readonly tokenizer: TokenizerFacts;
  /** [vocabulary, factor, factor, 3]: the patch of each code. */
  readonly patches: Uint8Array;
  readonly scheduler: Scheduler;
  /** Handles finished pictures and requests of clients. */
  readonly pictures: PictureWorker;
  readonly previews: DecodedPreviews;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly device: Device;
  /** Maximum number of queued generations. */
  readonly maxQueued: number;
  /** Maximum number of generations decoded at once. */
  readonly maxConcurrent: number;
  /** Bytes of KV memory. */
  readonly kvBytes: number;
  /** Decode workers that share several generations. Default: depends on the model's size. */
  readonly decodeWorkers?: number | undefined;
  /** The share of the machine that decoded previews may use, above 0 to 1. */
  readonly previewBudget: number;
  readonly pictures: PictureCache;
  /** Receives errors that no request is waiting for. */
  readonly report: (error: unknown) => void;
}

/** @throws ModelError, CheckpointError, or WorkerError with the code of the thread's error, if it cannot be served. */
export async function serveModel(manifest: Manifest, options: ServeOptions): Promise<ServedModel> {
  const { device, kvBytes, maxQueued, maxConcurrent, previewBudget, report } = options;
  const decodeWorkers = options.decodeWorkers ?? (await decodeWorkersFor(manifest, device));
  const scheduler = new Scheduler(
    { grid: manifest.grid, kvBytes, maxQueued, maxConcurrent, decodeWorkers },
    (share, handlers) => startDecodeWorker({ manifest, device, ...share }, handlers),
  );
  const pictures = new PictureWorker({ manifest, device });
  let previewWorker: PictureWorker | undefined;
  const close = async () => {
    await Promise.all([scheduler.close(), pictures.close(), previewWorker?.close()]);
  };
  try {
    const [transformer, tokenizer] = await Promise.all([scheduler.ready, pictures.ready]);
    checkTogether(manifest, transformer, tokenizer);
    return {
      id: manifest.id,
      manifest,
      device,
      capabilities: familyNamed(manifest.family).capabilities(manifest.transformer.anyOrder),
      transformer,
      tokenizer,
      patches: await pictures.patches(),
      scheduler,
      pictures,
      previews: new DecodedPreviews(
        // Decoded previews get a thread of their own, started on demand, so that finished pictures do not wait for
        // them.
        (picture) => {
          previewWorker ??= new PictureWorker({ manifest, device });
          const worker = previewWorker;
          return options.pictures.pixels(picture, () => worker.decode(picture.tokens, picture));
        },
        Math.min(1, previewBudget * availableParallelism()),
        report,
      ),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each worker has its own sessions, 50 MB for a small model. */
const mostDecodeWorkers = 4;

/** One per core for a small model on the CPU, otherwise 1: see Scheduler. */
async function decodeWorkersFor(manifest: Manifest, device: Device): Promise<number> {
  if (!traitsOf(device).isHost || !(await isSmallModel(manifest))) return 1;
  return Math.min(mostDecodeWorkers, availableParallelism());
}

function checkTogether(manifest: Manifest, transformer: TransformerFacts, tokenizer: TokenizerFacts): void {
  const { id, labelList, defaults } = manifest;
  const { classes, vocabulary } = transformer.shape;
  if (tokenizer.vocabulary !== vocabulary) {
    throw new ModelError(
      `model ${id}: the tokenizer has ${tokenizer.vocabulary} codes, but the transformer has ${vocabulary} tokens`,
    );
  }
  if (vocabulary > maxVocabulary) {
    throw new ModelError(`model ${id}: ${vocabulary} tokens: at most ${maxVocabulary} are supported`);
  }
  if (labelList.length !== classes) {
    throw new ModelError(`model ${id}: ${labelList.length} labels, but the transformer has ${classes} classes`);
  }
  if (defaults.topK > vocabulary) {
    throw new ModelError(`model ${id}: defaults.topK: expected at most ${vocabulary}, got ${defaults.topK}`);
  }
}
