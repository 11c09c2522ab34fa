import { LRUCache } from 'lru-cache';

/** adaLN of all positions of each class, as it is asked for: a class is computed once while it is remembered. */
export interface Modulations {
  /** Of one class's rows: what a generation holds for its class, and all together for the null class. */
  readonly bytesPerLabel: number;
  /** [positions, width] of a class; the same array for all who ask. */
  of(label: number): Promise<Float32Array>;
}

/**
 * 115 MB a class of RAR-B, 154 of RAR-L, 252 of RAR-XL and 348 of RAR-XXL: the null class and some others. What falls
 * out of the cache lives on with the generations that still use it.
 */
export const modulationBytes = 2 ** 30;

/**
 * @param bytesPerLabel of one class's rows
 * @param compute them
 * @param budget bytes that are remembered, of the classes used last; two classes, that a picture and its guidance need,
 *   always are
 */
export function rememberModulations(
  bytesPerLabel: number,
  compute: (label: number) => Promise<Float32Array>,
  budget = modulationBytes,
): Modulations {
  const known = new LRUCache<number, Float32Array>({
    max: Math.max(2, Math.floor(budget / bytesPerLabel)),
    fetchMethod: compute,
    // Whoever waits for a class that is pushed out while it is computed still gets it.
    ignoreFetchAbort: true,
  });
  return { bytesPerLabel, of: (label) => known.forceFetch(label) };
}
