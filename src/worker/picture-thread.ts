import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { decodePartial } from '../tokenizer/partial.js';
import type { FeatureEncoder } from '../family/transformer.js';
import type { Manifest } from '../model/manifest.js';
import { cpu, deviceName } from '../runtime/device.js';
import { loadFeatures } from '../model/transformer-file.js';
import { readPatches } from '../tokenizer/patch-file.js';
import { buildPatches, type PatchTable } from '../tokenizer/patches.js';
import { placeTokenizer, type PlacedTokenizer } from '../tokenizer/place-tokenizer.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { listen, sender, threadError } from './port.js';
import type {
  FirstMessage,
  FromPictureThread,
  JobResult,
  PictureJob,
  ThreadData,
  ToPictureThread,
  TokenizerFacts,
} from './protocol.js';

/** Owns the tokenizer's sessions. Converts tokens to pixels and back, one job at a time. */

const { manifest, device } = workerData as ThreadData;
const send = sender<FirstMessage<TokenizerFacts> | FromPictureThread>();

try {
  const { facts, placed } = await load();
  let work: Promise<void> = Promise.resolve();
  let stopped = false;
  const take = (message: ToPictureThread): void => {
    work = work.then(() => (stopped ? undefined : answer(message, placed.tokenizer)));
  };
  listen(take, async () => {
    stopped = true;
    await work;
    await placed.close();
  });
  send({ type: 'ready', facts });
} catch (error) {
  send({ type: 'unusable', error: threadError(error) });
}

async function load(): Promise<{ facts: TokenizerFacts; placed: PlacedTokenizer }> {
  const file = join(manifest.folder, manifest.tokenizer.file);
  const placed = await placeTokenizer(file, manifest.tokenizer.family, device);
  const { vocabulary, factor } = placed.tokenizer;
  const fingerprint = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
  const pixels = { device: deviceName(placed.device), whyNotOnGpu: placed.whyNotOnGpu };
  return { facts: { vocabulary, factor, fingerprint, pixels }, placed };
}

function patchesOf({ folder, tokenizer: { patches } }: Manifest, tokenizer: Tokenizer): Promise<PatchTable> {
  return patches === undefined ? buildPatches(tokenizer) : readPatches(join(folder, patches), tokenizer);
}

async function answer({ id, job }: ToPictureThread, tokenizer: Tokenizer): Promise<void> {
  try {
    const result = await perform(job, tokenizer);
    send({ type: 'done', id, result }, [result.buffer as ArrayBuffer]);
  } catch (error) {
    send({ type: 'failed', id, error: threadError(error) });
  }
}

/** The encoder used last; each layer needs another graph. */
let encoder: { readonly layer: number; readonly loaded: Promise<FeatureEncoder> } | undefined;

function encoderOf(layer: number): Promise<FeatureEncoder> {
  if (encoder?.layer !== layer) {
    // Jobs run one at a time, so the previous encoder is no longer in use.
    const before = Promise.resolve(encoder?.loaded);
    const loaded = before
      .then((unused) => unused?.close())
      .then(() => loadFeatures(manifest, layer, { device: cpu, threads: 1, spinning: false }));
    encoder = { layer, loaded };
    // A failed load is retried by the next job; this job gets the error from `loaded` itself.
    loaded.catch(() => (encoder = undefined));
  }
  return encoder.loaded;
}

async function perform(job: PictureJob, tokenizer: Tokenizer): Promise<JobResult> {
  switch (job.type) {
    case 'patches':
      return (await patchesOf(manifest, tokenizer)).pixels;
    case 'decode':
      return decodePartial(tokenizer, job.tokens, job.grid);
    case 'encode':
      return tokenizer.encode(job.pixels, job.width, job.height);
    case 'features':
      return (await encoderOf(job.layer)).encode(job.tokens);
  }
}
