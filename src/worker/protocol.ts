import type { DecodedCells, DecodingRequest } from '../decoding/decoding.js';
import type { Enlarging } from '../decoding/enlarging.js';
import type { Grid } from '../decoding/grid.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { Precision } from '../graph/linear.js';
import type { Device } from '../runtime/device.js';
import type { Manifest } from '../model/manifest.js';

/** Every message between the main thread and a worker thread, both directions. */

/** What a thread is started with. */
export interface ThreadData {
  readonly manifest: Manifest;
  readonly device: Device;
}

export interface DecodeThreadData extends ThreadData {
  /** Of the KV memory. */
  readonly kvBytes: number;
  /** Threads of one operator; 0 for one a core. */
  readonly threads: number;
}

/** An error as it crosses threads. */
export interface ThreadError {
  readonly code: string;
  readonly message: string;
}

/** Every thread takes this one, and ends as soon as what it computes right now is done. */
export interface CloseMessage {
  readonly type: 'close';
}

/** The first message of every thread. */
export type FirstMessage<Facts> =
  { readonly type: 'ready'; readonly facts: Facts } | { readonly type: 'unusable'; readonly error: ThreadError };

// ---- decode thread: transformer, KV cache, sampling

export interface AdmitMessage {
  readonly type: 'admit';
  readonly id: string;
  readonly request: DecodingRequest;
  /** A second part that goes on from the first one's pictures. */
  readonly enlarging?: Enlarging | undefined;
  /** Those that it may use until it has ended. */
  readonly slots: KvSlots;
}

export type ToDecodeThread = AdmitMessage | { readonly type: 'cancel'; readonly id: string };

export type FromDecodeThread =
  | { readonly type: 'started'; readonly id: string }
  | {
      readonly type: 'stepped';
      /** Every generation that shared the run. */
      readonly steps: readonly { readonly id: string; readonly images: readonly DecodedCells[] }[];
    }
  /** Its KV slots are free again; it is finished, cancelled, or has failed. */
  | { readonly type: 'ended'; readonly id: string; readonly error?: ThreadError };

/** Slots of the KV memory side by side: a slot holds one sequence of a picture of the model's own size. */
export interface KvSlots {
  /** The first of them. */
  readonly from: number;
  readonly count: number;
}

export interface TransformerFacts {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** Of its weights, in the precision in which they are stored. */
  readonly weightBytes: number;
  /** How many slots the KV memory has. */
  readonly kvSlots: number;
  readonly kvSlotBytes: number;
}

// ---- picture thread: tokenizer

export type PictureJob =
  /** [vocabulary, factor, factor, 3] bytes: each code's own patch. */
  | { readonly type: 'patches' }
  /** RGB bytes; tokens of -1 are not known and look it. */
  | { readonly type: 'decode'; readonly tokens: Int32Array; readonly grid: Grid }
  /** Tokens of RGB bytes, row by row. */
  | { readonly type: 'encode'; readonly pixels: Uint8Array; readonly width: number; readonly height: number }
  /** The transformer's features behind a layer: [cells, dimension] of the tokens of one picture, row by row. */
  | { readonly type: 'features'; readonly tokens: Int32Array; readonly layer: number };

export type JobResult = Uint8Array | Int32Array | Float32Array;

export interface ToPictureThread {
  readonly type: 'job';
  readonly id: number;
  readonly job: PictureJob;
}

export type FromPictureThread =
  | { readonly type: 'done'; readonly id: number; readonly result: JobResult }
  | { readonly type: 'failed'; readonly id: number; readonly error: ThreadError };

export interface TokenizerFacts {
  /** How many codes. */
  readonly vocabulary: number;
  /** Pixels of a cell's side. */
  readonly factor: number;
  /** Names these weights: pictures of other weights have other addresses. */
  readonly fingerprint: string;
  /** Where pixels are computed, and why not on the GPU on which steps are decoded. */
  readonly pixels: { readonly device: string; readonly whyNotOnGpu: string | undefined };
}
