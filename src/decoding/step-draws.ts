/** How the tokens of a step are drawn, for a device that draws them itself. */
export interface StepDraws {
  /** Tokens of each picture. */
  readonly count: number;
  readonly pictures: number;
  /**
   * A token's logits are the sum over its picture's sequences (conditional, unconditional, and the one that spatial
   * guidance leads away from) of their rows times these: guidance, and the temperature unless the draw is filtered.
   */
  readonly shares: readonly number[];
  /** Top-k or top-p is asked for: the mixed logits are drawn from on the host. */
  readonly isFiltered: boolean;
  /** [count, pictures], in [0, 1): one for each token, 0 for the likeliest. */
  readonly uniforms: Float64Array;
}

/**
 * Temperature 0 takes the likeliest token. Divided by this, logits that differ in their last bit are so far apart that
 * the softmax leaves nothing but the largest.
 */
export const greedyDivisor = 1e-30;
