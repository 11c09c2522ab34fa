import { LRUCache } from 'lru-cache';

/** adaLN of all positions of a class, computed on demand and cached. */
export interface Modulations {
  /** The size for one class: what a generation keeps for its class, and what all of them share for the null class. */
  readonly bytesPerLabel: number;
  /** [positions, width] of a class; the same array for all callers. */
  of(label: number): Promise<Float32Array>;
}

/**
 * A class takes 115 MB in RAR-B, 154 in RAR-L, 252 in RAR-XL and 348 in RAR-XXL, so this holds the null class and a few
 * others. An evicted class stays alive while generations use it.
 */
export const modulationBytes = 2 ** 30;

/**
 * @param bytesPerLabel The size for one class.
 * @param compute Computes a class.
 * @param budget Bytes to cache, for the most recently used classes; at least the two that a guided picture needs.
 */
export function rememberModulations(
  bytesPerLabel: number,
  compute: (label: number) => Promise<Float32Array>,
  budget = modulationBytes,
): Modulations {
  const known = new LRUCache<number, Float32Array>({
    max: Math.max(2, Math.floor(budget / bytesPerLabel)),
    fetchMethod: compute,
    // A class that is evicted while it is computed is still delivered to those who wait for it.
    ignoreFetchAbort: true,
  });
  return { bytesPerLabel, of: (label) => known.forceFetch(label) };
}
