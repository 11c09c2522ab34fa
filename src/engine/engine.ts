import { randomUUID } from 'node:crypto';
import { Archive } from '../generation/archive.js';
import { Generation, type ClientInput, type GenerationStatus } from '../generation/generation.js';
import type { Picture } from '../generation/picture.js';
import type { GenerationRequest } from '../generation/request.js';
import { encodeImage, type ImageFormat, type RgbImage } from '../image/encode.js';
import { layOver } from '../image/overlay.js';
import { DeviceError, deviceName, traitsOf, type Device } from '../runtime/device.js';
import { inFloats, ModelError, readManifests, type Manifest } from '../model/manifest.js';
import { addPreviews } from '../preview/previews.js';
import { renderMosaic } from '../tokenizer/patches.js';
import { pooled, type Pooling } from './pooling.js';
import { PictureCache } from './picture-cache.js';
import { serveModel, type ServedModel } from './served-model.js';

export interface EngineOptions {
  /** The directory of models. */
  readonly models: string;
  /** The id of the default model. Default: the first by name. */
  readonly defaultModel?: string | undefined;
  /** Whether every model of the directory is served, or only the default. */
  readonly serve: 'all' | 'default';
  readonly device: Device;
  /** Serve float weights if a model has them beside int8. Other devices than the CPU always do. */
  readonly floats: boolean;
  /** Maximum number of queued generations per model. */
  readonly maxQueued: number;
  /** The share of the machine that decoded previews may use, above 0 to 1. */
  readonly previewBudget: number;
  /** Maximum number of generations that a model decodes at once. */
  readonly maxConcurrent: number;
  /** Bytes of KV memory for all models together, divided equally. */
  readonly memory: number;
  /** Decode workers per model that share several generations. Default: depends on the model's size. */
  readonly decodeWorkers?: number | undefined;
  /** How many finished generations are kept. */
  readonly keep: number;
  readonly report: (error: unknown) => void;
}

/** The engine is shutting down and accepts no more work. */
export class ShuttingDownError extends Error {
  readonly code = 'SHUTTING_DOWN';
  override readonly name = 'ShuttingDownError';

  constructor() {
    super('the server is shutting down; try again later');
  }
}

/** The only interface for the API and the CLI: it wires the parts together and contains no algorithm. */
export class Engine {
  readonly #archive: Archive;
  #isClosing = false;

  private constructor(
    /** The default model first. */
    readonly models: readonly ServedModel[],
    readonly defaultModel: ServedModel,
    readonly pictures: PictureCache,
    readonly options: EngineOptions,
  ) {
    this.#archive = new Archive(options.keep);
  }

  /** Loads the models. @throws DeviceError, ModelError, CheckpointError, or WorkerError with the code of the thread's error. */
  static async start(options: EngineOptions): Promise<Engine> {
    const [first, ...others] = byDefaultFirst(await readManifests(options.models), options);
    const pictures = new PictureCache();
    const serving = options.serve === 'all' ? [first, ...others] : [first];
    refuseThreads(serving, options);
    const kvBytes = options.memory / serving.length;
    const loading = await Promise.allSettled(
      serving.map((manifest) => serveModel(served(manifest, options), { ...options, kvBytes, pictures })),
    );
    const models = loading.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = loading.find((result) => result.status === 'rejected');
    const [defaultModel] = models;
    if (failed || !defaultModel) {
      await Promise.all(models.map((model) => model.close()));
      throw failed?.reason;
    }
    return new Engine(models, defaultModel, pictures, options);
  }

  get device(): string {
    return deviceName(this.options.device);
  }

  model(id: string): ServedModel | undefined {
    return this.models.find((model) => model.id === id);
  }

  /**
   * Queues a generation, synchronously, so that a follower of its log cannot miss an event.
   *
   * @param client Identifies the client, since the queue is fair between clients.
   * @param input The client's input as received, kept with the generation.
   * @throws QueueFullError or ShuttingDownError; nothing was queued then.
   */
  generate(request: GenerationRequest, client: string, input?: ClientInput): Generation {
    if (this.#isClosing) throw new ShuttingDownError();
    const model = this.#modelOf(request);
    const generation = new Generation(randomUUID(), request, input);
    model.scheduler.enqueue(generation, client);
    this.#archive.add(generation);
    addPreviews(generation, model.previews).catch(this.options.report);
    return generation;
  }

  /** No effect on a finished generation. */
  cancel(generation: Generation): void {
    this.#modelOf(generation.request).scheduler.cancel(generation);
  }

  find(id: string): Generation | undefined {
    return this.#archive.find(id);
  }

  /** Newest first. */
  list(statuses?: readonly GenerationStatus[]): Generation[] {
    return this.#archive.list(statuses);
  }

  /** In pixels: the tokenizer's factor is the side of a cell. */
  pictureSize(picture: Pick<Picture, 'model' | 'width' | 'height'>): { width: number; height: number } {
    const { factor } = this.#modelOf(picture).tokenizer;
    return { width: picture.width * factor, height: picture.height * factor };
  }

  async render(picture: Picture): Promise<RgbImage> {
    const model = this.#modelOf(picture);
    const size = this.pictureSize(picture);
    if (picture.mode === 'mosaic') {
      const { vocabulary, factor } = model.tokenizer;
      return { ...size, pixels: renderMosaic({ vocabulary, factor, pixels: model.patches }, picture.tokens, picture) };
    }
    const { overlay, ...drawn } = picture;
    const pixels = await this.pictures.pixels(drawn, () => model.pictures.decode(picture.tokens, picture));
    return overlay ? layOver({ ...size, pixels }, overlay.pixels, overlay.alpha) : { ...size, pixels };
  }

  encode(picture: Picture, format: ImageFormat, quality?: number): Promise<Uint8Array> {
    return this.pictures.file(picture, `${format}-${quality ?? ''}`, async () =>
      encodeImage(await this.render(picture), format, quality),
    );
  }

  /** The tokens, row by row, of an image whose sides are multiples of a cell's. */
  encodeImage(model: ServedModel, { pixels, width, height }: RgbImage): Promise<Int32Array> {
    return model.pictures.encode(pixels, width, height);
  }

  /** The transformer's features of a picture: [cells, dimension], or their mean. */
  async features(
    model: ServedModel,
    image: RgbImage,
    { layer, pooling }: { layer: number; pooling: Pooling },
  ): Promise<Float32Array> {
    const features = await model.pictures.features(await this.encodeImage(model, image), layer);
    return pooled(features, model.transformer.shape.dimension, pooling);
  }

  /** The load over all models. */
  get load(): { queued: number; running: number; maxConcurrent: number; stepsComputed: number } {
    const sum = (of: (model: ServedModel) => number) => this.models.reduce((total, model) => total + of(model), 0);
    return {
      queued: sum(({ scheduler }) => scheduler.queued),
      running: sum(({ scheduler }) => scheduler.running),
      maxConcurrent: sum(({ scheduler, transformer }) =>
        Math.min(scheduler.options.maxConcurrent, transformer.kvSlots * scheduler.decodeWorkers),
      ),
      stepsComputed: sum(({ scheduler }) => scheduler.stepsComputed),
    };
  }

  /** Accepts no more work, waits up to `graceMs` for accepted work, cancels the rest and ends the threads. */
  async close(graceMs = 0): Promise<void> {
    this.#isClosing = true;
    const unfinished = () => this.models.flatMap(({ scheduler }) => scheduler.unfinished);
    let overdue: NodeJS.Timeout | undefined;
    const deadline = new Promise((resolve) => (overdue = setTimeout(resolve, graceMs)));
    await Promise.race([Promise.all(unfinished().map(finished)), deadline]);
    clearTimeout(overdue);
    for (const generation of unfinished()) this.cancel(generation);
    await Promise.all(this.models.map((model) => model.close()));
  }

  #modelOf({ model: id }: { readonly model: string }): ServedModel {
    const model = this.model(id);
    if (!model) throw new ModelError(`no model "${id}"`);
    return model;
  }
}

/** Each model decodes in threads of its own. @throws DeviceError if the device can be used by one thread only. */
function refuseThreads(serving: readonly Manifest[], { device, decodeWorkers = 1 }: EngineOptions): void {
  if (!traitsOf(device).isForOneThread) return;
  const name = deviceName(device);
  if (decodeWorkers > 1) throw new DeviceError(`device "${name}" takes 1 decode worker, got ${decodeWorkers}`);
  if (serving.length === 1) return;
  const ids = serving.map(({ id }) => id).join(', ');
  throw new DeviceError(
    `device "${name}" serves 1 model, got ${serving.length} (${ids}): give one a folder of its own`,
  );
}

/** Serve float weights on a device where integers are not faster. */
function served(manifest: Manifest, { device, floats }: EngineOptions): Manifest {
  return floats || !traitsOf(device).integersAreFast ? inFloats(manifest) : manifest;
}

function byDefaultFirst(
  manifests: readonly Manifest[],
  { models, defaultModel }: EngineOptions,
): [Manifest, ...Manifest[]] {
  const first = manifests.find(({ id }) => defaultModel === undefined || id === defaultModel);
  if (first) return [first, ...manifests.filter((manifest) => manifest !== first)];
  const ids = manifests.map(({ id }) => `"${id}"`).join(', ');
  throw new ModelError(`no model "${defaultModel ?? ''}" in ${models}; available: ${ids}`);
}

async function finished(generation: Generation): Promise<void> {
  const events = generation.log.follow(generation.log.length);
  while (!(await events.next()).done);
}
