import type { GenerationEvent, StepTokens } from '../generation/event.js';
import type { Generation } from '../generation/generation.js';

/** An event with the generation that it belongs to: a union over the types of event. */
export type EventView<Type extends GenerationEvent['type'] = GenerationEvent['type']> = {
  [T in Type]: { readonly generation: Generation; readonly event: Extract<GenerationEvent, { readonly type: T }> };
}[Type];

/** One of a generation's finished pictures. */
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

/** What a step decoded of the picture `index`. */
export interface StepTokensView {
  readonly index: number;
  readonly tokens: StepTokens;
}
