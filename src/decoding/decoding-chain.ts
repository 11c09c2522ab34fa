import { Decoding, type DecodedCells, type DecodingRequest } from './decoding.js';
import { enlargedCell, enlargedRequest, type Enlarging } from './enlarging.js';
import type { KvCache } from './kv-cache.js';
import type { SequenceLayout, StepInputs } from './sequence.js';

export interface ChainTools<Inputs, Cache> {
  readonly layout: SequenceLayout<Inputs>;
  /** For pictures at twice the resolution. */
  readonly enlargedLayout: () => SequenceLayout<Inputs>;
  /** Returns an empty cache for this many sequences. The previous one is no longer used. */
  readonly cacheFor: (sequences: number) => Cache;
}

/** A generation from its first step to its last: one decoding, or two if its pictures are enlarged. */
export class DecodingChain<Inputs = StepInputs, Cache = KvCache> {
  #decoding: Decoding<Inputs>;
  #cache: Cache;
  #enlarging: Enlarging | undefined;

  constructor(
    readonly tools: ChainTools<Inputs, Cache>,
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

  /** The decoding that runs next, and its cache. */
  get current(): { readonly decoding: Decoding<Inputs>; readonly cache: Cache } {
    return { decoding: this.#decoding, cache: this.#cache };
  }

  /**
   * Completes a step.
   *
   * @param step Draws its tokens, or takes those that a device drew.
   * @returns The cells of each picture, at their positions in the finished one.
   */
  apply(step: (decoding: Decoding<Inputs>) => DecodedCells[]): DecodedCells[] {
    const decoded = step(this.#decoding);
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
