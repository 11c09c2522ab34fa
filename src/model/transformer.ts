import type { DecodingRequest } from '../decoding/decoding.js';
import type { Sequence } from '../decoding/sequence.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { Precision } from '../graph/transformer-weights.js';
import type { StepSession } from '../runtime/step-session.js';

/** A transformer of any family that can decode. */
export interface Transformer {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** Of all its weights, as they are stored. */
  readonly weightBytes: number;
  /** Positions of a whole picture's sequence. */
  readonly positions: number;
  readonly session: StepSession;
  /** What the pictures of a request are fed as. */
  sequence(request: Pick<DecodingRequest, 'pictures' | 'guidance'>): Promise<Sequence>;
  /**
   * The same for pictures of twice the size.
   *
   * @throws Error for a family that draws none: it is refused before it is asked for
   */
  readonly enlargedSequence: () => Sequence;
}
