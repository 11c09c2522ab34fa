import { Decoding, type DecodedCells, type DecodingRequest } from './decoding.js';
import { enlargedCell, enlargedRequest, type Enlarging } from './enlarging.js';
import type { KvCache } from './kv-cache.js';
import type { SequenceLayout, StepInputs } from './sequence.js';

export interface ChainTools {
  readonly layout: SequenceLayout;
  /** For pictures of twice the size. */
  readonly enlargedLayout: () => SequenceLayout;
  /** An empty cache for so many sequences side by side; the one before it is done with. */
  readonly cacheFor: (sequences: number) => KvCache;
}

/** A generation from its first step to its last: one decoding, or two if its pictures are enlarged. */
export class DecodingChain {
  #decoding: Decoding;
  #cache: KvCache;
  #enlarging: Enlarging | undefined;

  constructor(
    readonly tools: ChainTools,
    readonly request: DecodingRequest,
    enlarging: Enlarging | undefined,
  ) {
    this.#enlarging = enlarging;
    this.#decoding = new Decoding(tools.layout, request);
    this.#cache = tools.cacheFor(this.#decoding.sequences);
  }

  get isDone(): boolean {
    return this.#decoding.isDone;
  }

  /** What the next step feeds, and the cache that it reads and adds to. */
  next(): { readonly inputs: StepInputs; readonly cache: KvCache } {
    return { inputs: this.#decoding.next(), cache: this.#cache };
  }

  /** Draws the tokens of a step; the positions are those of the finished pictures. Writes over `logits`. */
  apply(logits: Float32Array): DecodedCells[] {
    const decoded = this.#decoding.apply(logits);
    if (!this.#enlarging) return decoded;
    const { grid } = this.tools.layout;
    if (this.#decoding.isDone) this.#enlarge(this.#enlarging);
    return decoded.map((cells) => ({ ...cells, positions: cells.positions.map((cell) => enlargedCell(cell, grid)) }));
  }

  #enlarge(enlarging: Enlarging): void {
    const { layout, enlargedLayout, cacheFor } = this.tools;
    const request = enlargedRequest(this.request, enlarging, layout.grid, this.#decoding.knownCells);
    this.#decoding = new Decoding(enlargedLayout(), request);
    this.#cache = cacheFor(this.#decoding.sequences);
    this.#enlarging = undefined;
  }
}
