/**
 * Keys and values of the positions decoded so far, position-major: one array per layer for keys and one for values,
 * whose first `length` positions are a contiguous view. A position takes `stride` = sequences * heads * headDimension
 * numbers.
 */
export class KvCache {
  #length = 0;

  /** @param keys One array per layer, a whole number of positions long; so is each of `values`. */
  constructor(
    readonly stride: number,
    readonly keysByLayer: readonly Float32Array[],
    readonly valuesByLayer: readonly Float32Array[],
  ) {}

  /** The number of positions that the next step attends to. */
  get length(): number {
    return this.#length;
  }

  /** The number of positions there is room for. */
  get capacity(): number {
    return (this.keysByLayer[0]?.length ?? 0) / this.stride;
  }

  keys(layer: number): Float32Array {
    return this.#view(this.keysByLayer, layer);
  }

  values(layer: number): Float32Array {
    return this.#view(this.valuesByLayer, layer);
  }

  /** Appends the first `positions` of a step's new keys and values. */
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

/** The sizes that determine a model's KV memory. */
export interface KvShape {
  readonly layers: number;
  /** heads * headDimension: numbers in the keys, and in the values, of one position, layer and sequence. */
  readonly dimension: number;
}

/**
 * The memory of all KV caches of a decode worker, allocated once and divided into slots. A slot holds the keys and
 * values of `positions` positions of one sequence; a longer sequence takes several, and the slots of a generation are
 * adjacent. The scheduler decides which slots are free.
 */
export class KvMemory {
  readonly #keys: readonly Float32Array[];
  readonly #values: readonly Float32Array[];

  constructor(
    readonly shape: KvShape,
    /** Positions per slot. */
    readonly positions: number,
    readonly slots: number,
  ) {
    // The system backs pages only once they are written, so slots that were never used take no physical memory.
    const allocate = () =>
      Array.from({ length: shape.layers }, () => new Float32Array(slots * positions * shape.dimension));
    this.#keys = allocate();
    this.#values = allocate();
  }

  /**
   * Creates an empty cache for `sequences` that are decoded together.
   *
   * @param from The first slot.
   * @param count The number of slots, at least 1.
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
