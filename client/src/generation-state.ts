import { RandarError, type InputProblem } from './error.js';
import type { GenerationEvent } from './events.js';
import type { EventFieldsFragment, GenerationFieldsFragment, GenerationStatus } from './generated/operations.js';

type EventNamed<Name extends GenerationEvent['__typename']> = Extract<
  EventFieldsFragment,
  { readonly __typename: Name }
>;
export type PreviewPicture = EventNamed<'PreviewRendered'>['image'];
export type FinishedImage = EventNamed<'GenerationCompleted'>['images'][number];

/** What is to be seen of a generation by now. */
export interface GenerationState {
  /** IDLE before anything was asked for. */
  readonly status: GenerationStatus | 'IDLE';
  /** Model, label, seed and so on; absent before the first event. */
  readonly generation?: GenerationFieldsFragment;
  /** How many generations were to run before it when it was queued. */
  readonly position: number;
  /** Steps decoded so far, 0 to totalSteps. */
  readonly step: number;
  /** 0 before the first event. */
  readonly totalSteps: number;
  readonly elapsedMs: number;
  /** Of the last event; 0 before the first one. */
  readonly sequence: number;
  /** One for each picture, from the event that it started on. */
  readonly pictures: readonly PictureState[];
  /** Why it FAILED: by the server's word, or an error that ended the events. */
  readonly error?: StateError;
}

/** One of a generation's pictures, as far as it is drawn. */
export interface PictureState {
  /** Cells. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the finished picture. */
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Row by row from the top left; null where not decoded. */
  readonly tokens: readonly (number | null)[];
  /** How many are known, those that it started from among them. */
  readonly decoded: number;
  /** The cells of each step in the order of decoding; before the first step, those that it started from. */
  readonly cellsByStep: readonly (readonly number[])[];
  readonly preview?: PicturePreview;
  readonly finished?: FinishedImage;
}

export interface PicturePreview {
  /** The last step that it shows. */
  readonly step: number;
  readonly mode: EventNamed<'PreviewRendered'>['mode'];
  readonly image: PreviewPicture;
}

export interface StateError {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  /** All that is wrong with the input, where its generation was refused for that. */
  readonly problems?: readonly InputProblem[];
  /** When it is worth trying again, where the server says so. */
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
 * The state after one more event: a reducer, for events from the first one on (`after: 0`) in their order. An event that
 * was seen already changes nothing.
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
        // Previews through the decoder take their time; the newest step is what counts.
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

/** Of a model whose first event was missed, and so its sizes. */
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
