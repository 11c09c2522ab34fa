import type { DecodedCells, DecodingRequest } from '../decoding/decoding.js';
import type { Enlarging } from '../decoding/enlarging.js';
import type { Grid } from '../decoding/grid.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { Precision } from '../graph/linear.js';
import type { Device } from '../runtime/device.js';
import type { Manifest } from '../model/manifest.js';

/** Every message between the main thread and a worker thread, both directions. */

/** The data a thread is started with. */
export interface ThreadData {
  readonly manifest: Manifest;
  readonly device: Device;
}

export interface DecodeThreadData extends ThreadData {
  /** Of the KV memory. */
  readonly kvBytes: number;
  /** Threads per operator; 0 for one per core. */
  readonly threads: number;
}

/** An error as sent between threads. */
export interface ThreadError {
  readonly code: string;
  readonly message: string;
}

/** Understood by every thread: it exits once the current computation is done. */
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
  /** For an enlargement, the second decoding, which starts from the first one's pictures. */
  readonly enlarging?: Enlarging | undefined;
  /** Its slots, until it has ended. */
  readonly slots: KvSlots;
}

export type ToDecodeThread = AdmitMessage | { readonly type: 'cancel'; readonly id: string };

export type FromDecodeThread =
  | { readonly type: 'started'; readonly id: string }
  | {
      readonly type: 'stepped';
      /** Every generation that took part in the run. */
      readonly steps: readonly { readonly id: string; readonly images: readonly DecodedCells[] }[];
    }
  /** The generation finished, was cancelled or failed; its KV slots are free again. */
  | { readonly type: 'ended'; readonly id: string; readonly error?: ThreadError };

/** Adjacent slots of the KV memory. A slot holds one sequence of a picture at the model's resolution. */
export interface KvSlots {
  /** The first slot. */
  readonly from: number;
  readonly count: number;
}

export interface TransformerFacts {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** The size of the weights as stored. */
  readonly weightBytes: number;
  /** The number of slots in the KV memory. */
  readonly kvSlots: number;
  readonly kvSlotBytes: number;
}

// ---- picture thread: tokenizer

export type PictureJob =
  /** [vocabulary, factor, factor, 3] bytes: the patch of each code. */
  | { readonly type: 'patches' }
  /** RGB bytes; cells with token -1 are drawn as unknown. */
  | { readonly type: 'decode'; readonly tokens: Int32Array; readonly grid: Grid }
  /** The tokens of RGB bytes, row by row. */
  | { readonly type: 'encode'; readonly pixels: Uint8Array; readonly width: number; readonly height: number }
  /** The transformer's features after a layer, [cells, dimension], for the tokens of one picture, row by row. */
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
  /** The number of codes. */
  readonly vocabulary: number;
  /** The side of a cell in pixels. */
  readonly factor: number;
  /** Identifies the weights, so that pictures of other weights have other URLs. */
  readonly fingerprint: string;
  /** Where pixels are computed, and why not on the GPU on which steps are decoded. */
  readonly pixels: { readonly device: string; readonly whyNotOnGpu: string | undefined };
}
