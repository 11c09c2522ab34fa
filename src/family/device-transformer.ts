import type { SequenceLayout } from '../decoding/sequence.js';
import type { StepIndices } from '../decoding/step-indices.js';
import type { Precision } from '../graph/linear.js';
import { blockPositions } from '../graph/paged-attention.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { DeviceStepOptions, DeviceStepSession } from '../runtime/device/device-step-session.js';

/** A transformer of any family, loaded on a device that keeps keys and values and draws the tokens itself. */
export interface DeviceTransformer {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** Of all its weights, as they are stored. */
  readonly weightBytes: number;
  /** Keys and values of one block, of all layers. */
  readonly blockBytes: number;
  readonly session: DeviceStepSession;
  /** How pictures are laid out. */
  readonly layout: SequenceLayout<StepIndices>;
  /**
   * The same for pictures of twice the size.
   *
   * @throws Error for a family that draws none: it is refused before it is asked for
   */
  readonly enlargedLayout: () => SequenceLayout<StepIndices>;
}

export interface DeviceGraphOptions {
  /** What weights, activations, keys and values are on the device. */
  readonly floatType: 'F16' | 'F32';
  /** See pagedAttention. */
  readonly spelled: boolean;
}

export interface DeviceTransformerOptions
  extends DeviceGraphOptions, Omit<DeviceStepOptions, 'shape' | 'indexTypes' | 'blocks'> {
  /** How many blocks of keys and values there may be, told the bytes of one. */
  readonly blocks: (blockBytes: number) => number;
}

export function kvBlockBytes({ layers, dimension }: TransformerShape, floatType: 'F16' | 'F32'): number {
  return 2 * layers * blockPositions * dimension * (floatType === 'F16' ? 2 : 4);
}
