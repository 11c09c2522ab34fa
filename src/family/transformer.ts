import type { DecodingRequest } from '../decoding/decoding.js';
import type { Sequence, SequenceLayout } from '../decoding/sequence.js';
import type { Precision } from '../graph/linear.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { StepSession } from '../runtime/step-session.js';

/** A transformer of any family, loaded and ready to decode. */
export interface Transformer {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** Of all its weights, as they are stored. */
  readonly weightBytes: number;
  /** Positions of a whole picture's sequence. */
  readonly positions: number;
  readonly session: StepSession;
  /** How the pictures of a request are laid out. */
  layout(request: Pick<DecodingRequest, 'pictures' | 'guidance'>): Promise<SequenceLayout>;
  /**
   * The same for pictures of twice the size.
   *
   * @throws Error for a family that draws none: it is refused before it is asked for
   */
  readonly enlargedLayout: () => SequenceLayout;
  /** Logits [cells, vocabulary] of a known picture in its order, by one pass over the whole sequence without a cache. */
  knownLogits(picture: Sequence): Promise<Float32Array>;
}

/**
 * A transformer as an encoder of pictures. The whole sequence is fed twice: what follows its first half has seen every
 * cell, so that a causal model gives bi-directional features. Source: arXiv 2412.01827, the section on feature encoding.
 */
export interface FeatureEncoder {
  readonly dimension: number;
  /** Hidden states behind the layer at each cell's image token of the second pass: [cells, dimension], row by row. */
  encode(tokens: Int32Array): Promise<Float32Array>;
  close(): Promise<void>;
}
