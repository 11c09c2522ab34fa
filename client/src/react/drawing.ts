import type { FinishedImage, GenerationState, PreviewPicture } from '../generation-state.js';

/** What a component has of a generation. Its lists with more than one entry are for `count` above 1. */
export interface Drawing extends GenerationState {
  /** The first picture's tokens, row by row; null where not decoded, empty before it is started. */
  readonly tokens: readonly (number | null)[];
  /** The first picture's newest preview. */
  readonly preview: PreviewPicture | undefined;
  /** The finished pictures; empty before COMPLETED. */
  readonly images: readonly FinishedImage[];
  /** Stops it; the status then tells. */
  readonly cancel: () => void;
  /** Begins anew: without a seed, another picture. */
  readonly restart: () => void;
}

export function drawingOf(state: GenerationState, actions: Pick<Drawing, 'cancel' | 'restart'>): Drawing {
  const [first] = state.pictures;
  return {
    ...state,
    ...actions,
    tokens: first?.tokens ?? [],
    preview: first?.preview?.image,
    images: state.pictures.flatMap(({ finished }) => (finished ? [finished] : [])),
  };
}
