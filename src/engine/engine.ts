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
  /** The folder whose folders are models. */
  readonly models: string;
  /** The id of the model that serves where none is named; the first by name where absent. */
  readonly defaultModel?: string | undefined;
  /** Whether every model of the folder is served, or the default alone. */
  readonly serve: 'all' | 'default';
  readonly device: Device;
  /** Whether float weights are served where a model keeps them beside int8: on other devices than the CPU they are. */
  readonly floats: boolean;
  /** How many generations may wait for one model. */
  readonly maxQueued: number;
  /** The share of the machine, above 0 to 1, that previews through the decoder may take. */
  readonly previewBudget: number;
  /** How many generations one model may decode at once. */
  readonly maxConcurrent: number;
  /** Bytes of the KV memory of all models; each has an equal share. */
  readonly memory: number;
  /** Decode workers of a model that share several generations; by each model's size where absent. */
  readonly decodeWorkers?: number | undefined;
  /** How many finished generations are kept. */
  readonly keep: number;
  readonly report: (error: unknown) => void;
}

/** The engine takes no more work. */
export class ShuttingDownError extends Error {
  readonly code = 'SHUTTING_DOWN';
  override readonly name = 'ShuttingDownError';

  constructor() {
    super('the server is shutting down; try again later');
  }
}

/** The one facade for the API and the command line: it wires the parts and holds no algorithm. */
export class Engine {
  readonly #archive: Archive;
  #isClosing = false;

  private constructor(
    /** The default first. */
    readonly models: readonly ServedModel[],
    readonly defaultModel: ServedModel,
    readonly pictures: PictureCache,
    readonly options: EngineOptions,
  ) {
    this.#archive = new Archive(options.keep);
  }

  /** Loads the models. @throws DeviceError, ModelError, CheckpointError, or a WorkerError with the code of what a thread met */
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
   * Queues a generation, synchronously: whoever follows its log misses nothing.
   *
   * @param client whose it is: whoever asks for much does not hold up who asks for little
   * @param input what the client asked for, in its own words, for the generation to keep
   * @throws QueueFullError or ShuttingDownError, and then nothing was queued
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

  /** Does nothing to a generation that is finished. */
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

  /** Pixels of a cell's side are the tokenizer's factor. */
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

  /** Tokens, row by row, of an image whose sides are multiples of a cell's. */
  encodeImage(model: ServedModel, { pixels, width, height }: RgbImage): Promise<Int32Array> {
    return model.pictures.encode(pixels, width, height);
  }

  /** The transformer's features of a picture: of each cell, [cells, dimension], or their mean. */
  async features(
    model: ServedModel,
    image: RgbImage,
    { layer, pooling }: { layer: number; pooling: Pooling },
  ): Promise<Float32Array> {
    const features = await model.pictures.features(await this.encodeImage(model, image), layer);
    return pooled(features, model.transformer.shape.dimension, pooling);
  }

  /** How busy it is, over all models. */
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

  /** Takes nothing more, lets what was accepted finish for up to `graceMs`, cancels the rest and ends the threads. */
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

/** A model decodes in a thread of its own, or in several. @throws DeviceError where the device is for one */
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

/** A device that is not faster with integers serves floats. */
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
