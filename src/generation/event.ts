import type { Picture, PictureMode } from './picture.js';

/** The events of a generation, in order. The last three are final. */
export type GenerationChange =
  | { readonly type: 'queued'; readonly position: number }
  | { readonly type: 'started' }
  | { readonly type: 'step'; readonly step: number; readonly images: readonly StepTokens[] }
  | {
      readonly type: 'preview';
      readonly step: number;
      readonly index: number;
      readonly mode: PictureMode;
      readonly picture: Picture;
    }
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly error: GenerationError }
  | { readonly type: 'cancelled' };

/** An event with its place in the log: sequence numbers start at 1 and have no gaps. */
export type GenerationEvent = GenerationChange & {
  readonly sequence: number;
  /** Milliseconds since the generation was queued. */
  readonly elapsedMs: number;
};

/** The tokens that a step decoded for one picture. `decoded` is the number of known cells so far. */
export interface StepTokens {
  readonly positions: Int32Array;
  readonly tokens: Int32Array;
  readonly probabilities: Float32Array;
  readonly decoded: number;
}

export interface GenerationError {
  readonly code: string;
  readonly message: string;
}

export function isTerminal(change: GenerationChange): boolean {
  return change.type === 'completed' || change.type === 'failed' || change.type === 'cancelled';
}
