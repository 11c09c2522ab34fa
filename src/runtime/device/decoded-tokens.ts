/** What a device drew for one lane: [count, pictures]. */
export interface DecodedTokens {
  readonly tokens: Int32Array;
  readonly probabilities: Float32Array;
  /** [count, pictures, vocabulary]: the mixed logits, for a lane whose draw is filtered. */
  readonly values?: Float32Array;
}
