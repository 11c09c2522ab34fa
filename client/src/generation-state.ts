import { RandarError, type InputProblem } from './error.js';
import type { GenerationEvent } from './events.js';
import type { EventFieldsFragment, GenerationFieldsFragment, GenerationStatus } from './generated/operations.js';

type EventNamed<Name extends GenerationEvent['__typename']> = Extract<
  EventFieldsFragment,
  { readonly __typename: Name }
>;
export type PreviewPicture = EventNamed<'PreviewRendered'>['image'];
export type FinishedImage = EventNamed<'GenerationCompleted'>['images'][number];

/** The current state of a generation. */
export interface GenerationState {
  /** IDLE before anything was requested. */
  readonly status: GenerationStatus | 'IDLE';
  /** Model, label, seed and so on; unset before the first event. */
  readonly generation?: GenerationFieldsFragment;
  /** Generations ahead of it when it was queued. */
  readonly position: number;
  /** Steps decoded so far, 0 to totalSteps. */
  readonly step: number;
  /** 0 before the first event. */
  readonly totalSteps: number;
  readonly elapsedMs: number;
  /** Sequence number of the last event; 0 before the first. */
  readonly sequence: number;
  /** One per picture, once the generation has started. */
  readonly pictures: readonly PictureState[];
  /** Why it FAILED: the server's error, or an error that ended the events. */
  readonly error?: StateError;
}

/** The current state of one picture. */
export interface PictureState {
  /** In cells. */
  readonly width: number;
  readonly height: number;
  /** Size of the finished picture in pixels. */
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Row by row from the top left; null if not decoded yet. */
  readonly tokens: readonly (number | null)[];
  /** Number of known cells, including those given by the source. */
  readonly decoded: number;
  /** The cells decoded in each step, in order; before the first step, those given by the source. */
  readonly cellsByStep: readonly (readonly number[])[];
  readonly preview?: PicturePreview;
  readonly finished?: FinishedImage;
}

export interface PicturePreview {
  /** The last step it shows. */
  readonly step: number;
  readonly mode: EventNamed<'PreviewRendered'>['mode'];
  readonly image: PreviewPicture;
}

export interface StateError {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  /** All problems with the input, if the server rejected it. */
  readonly problems?: readonly InputProblem[];
  /** When to try again, if the server says so. */
  readonly retryAfterSeconds?: number;
}

export const idleState: GenerationState = {
  status: 'IDLE',
  position: 0,
  step: 0,
  totalSteps: 0,
  elapsedMs: 0,
  sequence: 0,
  pictures: [],
};

/**
 * Reducer: the state after one more event. Events must come in order from the first (`after: 0`); repeated ones are
 * ignored.
 */
export function nextState(state: GenerationState, event: GenerationEvent): GenerationState {
  const { sequence, elapsedMs } = event;
  if (sequence <= state.sequence) return state;
  const next = { ...state, sequence, elapsedMs };
  switch (event.__typename) {
    case 'GenerationQueued': {
      const { generation, position } = event;
      return { ...next, status: 'QUEUED', generation, position, totalSteps: generation.totalSteps };
    }
    case 'GenerationStarted': {
      const pictures = event.known.map((known) => startedPicture(known, state.generation?.model));
      return { ...next, status: 'RUNNING', totalSteps: event.totalSteps, pictures };
    }
    case 'StepDecoded': {
      const { step, images } = event;
      const byIndex = new Map(images.map((image) => [image.index, image]));
      const pictures = state.pictures.map((picture, i) => withStep(picture, step, byIndex.get(i)));
      return { ...next, status: 'RUNNING', step, totalSteps: event.totalSteps, pictures };
    }
    case 'PreviewRendered': {
      const { index, step, mode, image } = event;
      const pictures = state.pictures.map((picture, i) =>
        // Decoded previews can be late; only the newest step counts.
        i === index && step >= (picture.preview?.step ?? 0) ? { ...picture, preview: { step, mode, image } } : picture,
      );
      return { ...next, pictures };
    }
    case 'GenerationCompleted': {
      const byIndex = new Map(event.images.map((image) => [image.index, image]));
      const pictures = state.pictures.map((picture, i) => withFinished(picture, byIndex.get(i)));
      return { ...next, status: 'COMPLETED', pictures };
    }
    case 'GenerationFailed':
      return { ...next, status: 'FAILED', error: event.error };
    case 'GenerationCancelled':
      return { ...next, status: 'CANCELLED' };
  }
}

/** The state after an error that ended the events. */
export function failedState(state: GenerationState, error: unknown): GenerationState {
  return { ...state, status: 'FAILED', error: stateError(error) };
}

export function isOver({ status }: GenerationState): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Used if the first event was missed, and with it the model's sizes. */
const unknownModel = { gridWidth: 1, gridHeight: 1, imageWidth: 16, imageHeight: 16 };

function startedPicture(
  { width, height, values }: EventNamed<'GenerationStarted'>['known'][number],
  { gridWidth, gridHeight, imageWidth, imageHeight }: typeof unknownModel = unknownModel,
): PictureState {
  const given = values.flatMap((token, cell) => (token === null ? [] : [cell]));
  return {
    width,
    height,
    imageWidth: (imageWidth * width) / gridWidth,
    imageHeight: (imageHeight * height) / gridHeight,
    tokens: values,
    decoded: given.length,
    cellsByStep: [given],
  };
}

type StepImage = EventNamed<'StepDecoded'>['images'][number];

function withStep(picture: PictureState, step: number, image: StepImage | undefined): PictureState {
  if (!image) return picture;
  const { positions, tokens: drawn, decoded } = image;
  const tokens = picture.tokens.slice();
  for (const [i, cell] of positions.entries()) tokens[cell] = drawn[i] ?? null;
  const cellsByStep = picture.cellsByStep.slice();
  cellsByStep[step] = positions;
  return { ...picture, tokens, decoded, cellsByStep };
}

function withFinished(picture: PictureState, finished: FinishedImage | undefined): PictureState {
  if (!finished) return picture;
  const { values } = finished.grid;
  return { ...picture, tokens: values, decoded: values.length, finished };
}

function stateError(error: unknown): StateError {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RandarError)) return { code: 'INTERNAL_CLIENT_ERROR', message };
  const { code, field, problems, retryAfterSeconds } = error;
  return {
    code,
    message,
    ...(field !== undefined && { field }),
    ...(problems.length > 0 && { problems }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
