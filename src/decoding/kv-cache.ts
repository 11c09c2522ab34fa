/**
 * Keys and values of the positions decoded so far, position-major: one array per layer for each, whose first `length`
 * positions are a contiguous view. `stride` numbers belong to one position: sequences * heads * headDimension.
 */
export class KvCache {
  #length = 0;

  /** @param keys of each layer, a whole number of positions long, and `values` likewise */
  constructor(
    readonly stride: number,
    readonly keysByLayer: readonly Float32Array[],
    readonly valuesByLayer: readonly Float32Array[],
  ) {}

  /** Positions that the next step sees. */
  get length(): number {
    return this.#length;
  }

  /** Positions that there is room for. */
  get capacity(): number {
    return (this.keysByLayer[0]?.length ?? 0) / this.stride;
  }

  keys(layer: number): Float32Array {
    return this.#view(this.keysByLayer, layer);
  }

  values(layer: number): Float32Array {
    return this.#view(this.valuesByLayer, layer);
  }

  /** Keeps the first `positions` of a step's new keys and values behind those of earlier steps. */
  append(positions: number, newKeys: readonly Float32Array[], newValues: readonly Float32Array[]): void {
    if (this.#length + positions > this.capacity) {
      throw new RangeError(`KV cache of ${this.capacity} positions cannot take ${positions} after ${this.#length}`);
    }
    const write = (into: readonly Float32Array[], from: readonly Float32Array[]) => {
      for (const [layer, array] of into.entries()) {
        array.set(from[layer]?.subarray(0, positions * this.stride) ?? [], this.#length * this.stride);
      }
    };
    write(this.keysByLayer, newKeys);
    write(this.valuesByLayer, newValues);
    this.#length += positions;
  }

  #view(arrays: readonly Float32Array[], layer: number): Float32Array {
    const array = arrays[layer];
    if (!array) throw new RangeError(`KV cache has no layer ${layer}`);
    return array.subarray(0, this.#length * this.stride);
  }
}

/** What keys and values of a model take. */
export interface KvShape {
  readonly layers: number;
  /** heads * headDimension: numbers of one position of one sequence, in each of keys and values of a layer. */
  readonly dimension: number;
}

/**
 * The memory of every KV cache of a model, allocated once and cut into slots. A slot holds the keys and values of
 * `positions` positions of one sequence; longer sequences take several, and sequences that are decoded together take
 * theirs side by side. Which slots are free is not known here: the scheduler lends them.
 */
export class KvMemory {
  readonly #keys: readonly Float32Array[];
  readonly #values: readonly Float32Array[];

  constructor(
    readonly shape: KvShape,
    /** Of one slot. */
    readonly positions: number,
    readonly slots: number,
  ) {
    // Untouched memory is the system's to lend elsewhere: what no picture has used yet takes none.
    const allocate = () =>
      Array.from({ length: shape.layers }, () => new Float32Array(slots * positions * shape.dimension));
    this.#keys = allocate();
    this.#values = allocate();
  }

  /**
   * An empty cache for `sequences` that are decoded together.
   *
   * @param from the first of its slots
   * @param count how many slots are lent to it, at least 1
   */
  cache(from: number, count: number, sequences: number): KvCache {
    if (from < 0 || from + count > this.slots) {
      throw new RangeError(`KV slots ${from} to ${from + count - 1}: there are ${this.slots}`);
    }
    const slot = this.positions * this.shape.dimension;
    const stride = sequences * this.shape.dimension;
    const length = Math.floor((count * slot) / stride) * stride;
    const cut = (array: Float32Array) => array.subarray(from * slot, from * slot + length);
    return new KvCache(stride, this.#keys.map(cut), this.#values.map(cut));
  }
}

export function kvSlotBytes({ layers, dimension }: KvShape, positions: number): number {
  return layers * positions * dimension * 2 * Float32Array.BYTES_PER_ELEMENT;
}
