import type { Generation, GenerationEvent, GenerationStatus } from 'randar-client';

/**
 * Everything the page knows about a generation: its events so far, folded into one value. Frames, the heat map and the
 * timeline are functions of it, so replaying the events shows the same.
 */
export interface Playback {
  readonly id: string;
  /** Undefined before the first event. */
  readonly facts: Generation | undefined;
  readonly status: GenerationStatus;
  /** Generations ahead of it when it was queued. */
  readonly ahead: number;
  readonly grid: Grid | undefined;
  readonly totalSteps: number;
  /** Which cells of each picture the source gave. */
  readonly given: readonly (readonly boolean[])[];
  /** Step n is at index n - 1. */
  readonly steps: readonly PlayedStep[];
  readonly previews: readonly Preview[];
  /** The finished pictures. */
  readonly images: readonly FinishedImage[];
  readonly failure: string | undefined;
  /** Sequence number of the last event; 0 before the first. */
  readonly sequence: number;
  readonly elapsedMs: number;
}

export interface Grid {
  readonly width: number;
  readonly height: number;
}

export interface PlayedStep {
  readonly elapsedMs: number;
  readonly images: readonly StepOfImage[];
}

export interface StepOfImage {
  readonly positions: readonly number[];
  readonly tokens: readonly number[];
  readonly probabilities: readonly number[];
}

export interface Preview {
  readonly step: number;
  readonly index: number;
  /** Path on this server. */
  readonly path: string;
  readonly width: number;
}

export interface FinishedImage {
  readonly index: number;
  readonly seed: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

export function emptyPlayback(id: string): Playback {
  return {
    id,
    facts: undefined,
    status: 'QUEUED',
    ahead: 0,
    grid: undefined,
    totalSteps: 0,
    given: [],
    steps: [],
    previews: [],
    images: [],
    failure: undefined,
    sequence: 0,
    elapsedMs: 0,
  };
}

/** The playback after one more event; repeated events are ignored. */
export function play(playback: Playback, event: GenerationEvent): Playback {
  const { sequence, elapsedMs } = event;
  if (sequence <= playback.sequence) return playback;
  return { ...playback, ...changeOf(playback, event), sequence, elapsedMs };
}

function changeOf(playback: Playback, event: GenerationEvent): Partial<Playback> {
  switch (event.__typename) {
    case 'GenerationQueued': {
      const { generation, position } = event;
      return { facts: generation, totalSteps: generation.totalSteps, ahead: position };
    }
    case 'GenerationStarted': {
      const [first] = event.known;
      return {
        status: 'RUNNING',
        totalSteps: event.totalSteps,
        grid: first && { width: first.width, height: first.height },
        given: event.known.map(({ values }) => values.map((token) => token !== null)),
      };
    }
    case 'StepDecoded':
      return { steps: [...playback.steps, { elapsedMs: event.elapsedMs, images: event.images }] };
    case 'PreviewRendered': {
      const { step, index, image } = event;
      const preview = { step, index, path: pathOf(image.url ?? ''), width: image.width };
      return { previews: [...playback.previews, preview] };
    }
    case 'GenerationCompleted':
      return {
        status: 'COMPLETED',
        images: event.images.map(({ index, seed, image: { url = '', width, height } }) => ({
          index,
          seed,
          path: pathOf(url),
          width,
          height,
        })),
      };
    case 'GenerationFailed':
      return { status: 'FAILED', failure: event.error.message };
    case 'GenerationCancelled':
      return { status: 'CANCELLED' };
  }
}

/** The path of a picture's URL, since the page may reach the server under another origin. */
export function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]+/i, '');
}

export function isOver({ status }: { readonly status: GenerationStatus }): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}
