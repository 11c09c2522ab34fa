import type { GenerationEvent, StepTokens } from '../generation/event.js';
import type { Generation } from '../generation/generation.js';

/** An event together with its generation: a union over all event types. */
export type EventView<Type extends GenerationEvent['type'] = GenerationEvent['type']> = {
  [T in Type]: { readonly generation: Generation; readonly event: Extract<GenerationEvent, { readonly type: T }> };
}[Type];

/** A finished picture of a generation. */
export interface GeneratedImageView {
  readonly generation: Generation;
  readonly index: number;
}

/** A picture's features, [cells, dimension]. */
export interface FeaturesView {
  readonly layer: number;
  readonly dimension: number;
  readonly cells: number;
  readonly values: Float32Array;
}

/** The tokens that a step decoded for picture `index`. */
export interface StepTokensView {
  readonly index: number;
  readonly tokens: StepTokens;
}
