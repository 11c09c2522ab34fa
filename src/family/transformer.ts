import type { DecodingRequest } from '../decoding/decoding.js';
import type { Sequence, SequenceLayout } from '../decoding/sequence.js';
import type { Precision } from '../graph/linear.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { StepSession } from '../runtime/step-session.js';

/** A transformer of any family, loaded and ready to decode. */
export interface Transformer {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** The size of all weights as stored. */
  readonly weightBytes: number;
  /** Positions of a whole picture's sequence. */
  readonly positions: number;
  readonly session: StepSession;
  /** The layout of a request's pictures. */
  layout(request: Pick<DecodingRequest, 'pictures' | 'guidance'>): Promise<SequenceLayout>;
  /**
   * The layout at twice the resolution.
   *
   * @throws Error if the family cannot enlarge; requests are rejected before they get here.
   */
  readonly enlargedLayout: () => SequenceLayout;
  /**
   * Logits [cells, vocabulary] of a known picture in its order, in one pass over the whole sequence without a cache.
   */
  knownLogits(picture: Sequence): Promise<Float32Array>;
}

/**
 * A transformer as a picture encoder. The sequence is fed twice: the second half has seen every cell, so that a causal
 * model gives bidirectional features. Source: arXiv 2412.01827, the section on feature encoding.
 */
export interface FeatureEncoder {
  readonly dimension: number;
  /** Hidden states after the layer at each cell's image token of the second pass: [cells, dimension], row by row. */
  encode(tokens: Int32Array): Promise<Float32Array>;
  close(): Promise<void>;
}
