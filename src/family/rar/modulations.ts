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
  // Promises, so that two who ask at the same time wait for one computation.
  const known = new LRUCache<number, Promise<Float32Array>>({ max: Math.max(2, Math.floor(budget / bytesPerLabel)) });
  return {
    bytesPerLabel,
    of: (label) => {
      const before = known.get(label);
      if (before) return before;
      const made = compute(label).catch((error: unknown) => {
        // What failed is tried again for the next who asks.
        if (known.peek(label) === made) known.delete(label);
        throw error;
      });
      known.set(label, made);
      return made;
    },
  };
}
