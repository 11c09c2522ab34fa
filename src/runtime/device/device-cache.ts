import { blockPositions } from '../../graph/paged-attention.js';

/** Where the keys and values of one generation lie on the device: the blocks of each of its sequences. */
export class DeviceCache {
  #length = 0;

  /** @param blocks of each sequence: as many numbers of blocks for each */
  constructor(readonly blocks: readonly Int32Array[]) {}

  /** Positions that the next step sees. */
  get length(): number {
    return this.#length;
  }

  get sequences(): number {
    return this.blocks.length;
  }

  /** Blocks of a sequence. */
  get columns(): number {
    return this.blocks[0]?.length ?? 0;
  }

  /** @throws RangeError if a step of `positions` more does not fit */
  reserve(positions: number): void {
    const capacity = this.columns * blockPositions;
    if (this.#length + positions <= capacity) return;
    throw new RangeError(`KV cache of ${capacity} positions cannot take ${positions} after ${this.#length}`);
  }

  /** The first `kept` positions of a step stay; the next step writes over the others. */
  append(kept: number): void {
    this.#length += kept;
  }
}

/** Blocks that hold `positions` of a sequence. */
export function blocksFor(positions: number): number {
  return Math.ceil(positions / blockPositions);
}

/**
 * The blocks of KV slots `from` to `from + count - 1`, dealt out to `sequences` that are decoded together.
 *
 * @param blocksPerSlot each slot is as many blocks side by side
 */
export function cacheOfSlots(from: number, count: number, blocksPerSlot: number, sequences: number): DeviceCache {
  const each = Math.floor((count * blocksPerSlot) / sequences);
  const first = from * blocksPerSlot;
  return new DeviceCache(
    Array.from({ length: sequences }, (_, i) => Int32Array.from({ length: each }, (_, k) => first + i * each + k)),
  );
}
