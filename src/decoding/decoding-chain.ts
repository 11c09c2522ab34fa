import { Decoding, type DecodedCells, type DecodingRequest } from './decoding.js';
import { enlargedCell, enlargedRequest, type Enlarging } from './enlarging.js';
import type { KvCache } from './kv-cache.js';
import type { SequenceLayout, StepInputs } from './sequence.js';

export interface ChainTools<Inputs, Cache> {
  readonly layout: SequenceLayout<Inputs>;
  /** For pictures of twice the size. */
  readonly enlargedLayout: () => SequenceLayout<Inputs>;
  /** An empty cache for so many sequences side by side; the one before it is done with. */
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

  /** The decoding whose step is next, and the cache that it reads and adds to. */
  get current(): { readonly decoding: Decoding<Inputs>; readonly cache: Cache } {
    return { decoding: this.#decoding, cache: this.#cache };
  }

  /**
   * Draws the tokens of a step, or takes them.
   *
   * @returns with positions of the finished pictures
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
