import type { SequenceLayout } from '../decoding/sequence.js';
import type { StepIndices } from '../decoding/step-indices.js';
import type { Precision } from '../graph/linear.js';
import { blockPositions } from '../graph/paged-attention.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import type { DeviceStepOptions, DeviceStepSession } from '../runtime/device/device-step-session.js';

/** A transformer of any family, loaded on a device that keeps the KV cache and draws the tokens. */
export interface DeviceTransformer {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  /** The size of all weights as stored. */
  readonly weightBytes: number;
  /** The size of one block's keys and values in all layers. */
  readonly blockBytes: number;
  readonly session: DeviceStepSession;
  /** The layout of a request's pictures. */
  readonly layout: SequenceLayout<StepIndices>;
  /**
   * The layout at twice the resolution.
   *
   * @throws Error if the family cannot enlarge; requests are rejected before they get here.
   */
  readonly enlargedLayout: () => SequenceLayout<StepIndices>;
}

export interface DeviceGraphOptions {
  /** The type of weights, activations, keys and values on the device. */
  readonly floatType: 'F16' | 'F32';
  /** See pagedAttention. */
  readonly spelled: boolean;
}

export interface DeviceTransformerOptions
  extends DeviceGraphOptions, Omit<DeviceStepOptions, 'shape' | 'indexTypes' | 'blocks'> {
  /** Returns how many KV blocks of this size to allocate. */
  readonly blocks: (blockBytes: number) => number;
}

export function kvBlockBytes({ layers, dimension }: TransformerShape, floatType: 'F16' | 'F32'): number {
  return 2 * layers * blockPositions * dimension * (floatType === 'F16' ? 2 : 4);
}
