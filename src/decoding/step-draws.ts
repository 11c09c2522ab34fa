/** Everything a device needs to draw the tokens of a step. */
export interface StepDraws {
  /** Tokens of each picture. */
  readonly count: number;
  readonly pictures: number;
  /**
   * Weights of a picture's sequences (conditional, unconditional, spatial) in its mixed logits. They include guidance,
   * and the temperature unless the draw is filtered.
   */
  readonly shares: readonly number[];
  /** With top-k or top-p, the host draws from the mixed logits. */
  readonly isFiltered: boolean;
  /** [count, pictures], in [0, 1): a random number for each token; 0 for greedy decoding. */
  readonly uniforms: Float64Array;
}

/**
 * Stands for temperature 0. Logits that differ in their last bit only are so far apart after division by this that the
 * softmax is one-hot.
 */
export const greedyDivisor = 1e-30;
