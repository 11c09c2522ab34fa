import { blockPositions } from '../../graph/paged-attention.js';

/** The location of a generation's keys and values on the device: the blocks of each sequence. */
export class DeviceCache {
  #length = 0;

  /** @param blocks The block indices of each sequence, the same number for each. */
  constructor(readonly blocks: readonly Int32Array[]) {}

  /** Number of positions that the next step sees. */
  get length(): number {
    return this.#length;
  }

  get sequences(): number {
    return this.blocks.length;
  }

  /** Number of blocks per sequence. */
  get columns(): number {
    return this.blocks[0]?.length ?? 0;
  }

  /** @throws RangeError if a step of this many positions does not fit. */
  reserve(positions: number): void {
    const capacity = this.columns * blockPositions;
    if (this.#length + positions <= capacity) return;
    throw new RangeError(`KV cache of ${capacity} positions cannot take ${positions} after ${this.#length}`);
  }

  /** Keeps the first `kept` positions of a step; the next step overwrites the others. */
  append(kept: number): void {
    this.#length += kept;
  }
}

/** The number of blocks that hold this many positions of a sequence. */
export function blocksFor(positions: number): number {
  return Math.ceil(positions / blockPositions);
}

/**
 * Divides the blocks of KV slots `from` to `from + count - 1` between `sequences` that are decoded together.
 *
 * @param blocksPerSlot The number of adjacent blocks in each slot.
 */
export function cacheOfSlots(from: number, count: number, blocksPerSlot: number, sequences: number): DeviceCache {
  const each = Math.floor((count * blocksPerSlot) / sequences);
  const first = from * blocksPerSlot;
  return new DeviceCache(
    Array.from({ length: sequences }, (_, i) => Int32Array.from({ length: each }, (_, k) => first + i * each + k)),
  );
}
