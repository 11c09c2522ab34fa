import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { Client } from '../client.js';
import type { GenerationEvent } from '../events.js';
import {
  failedState,
  idleState,
  isOver,
  nextState,
  type FinishedImage,
  type GenerationState,
  type PreviewPicture,
} from '../generation-state.js';
import type { GenerateInput } from '../generated/operations.js';
import type { PictureOptions } from '../picture-form.js';
import { useClient } from './provider.js';

/** The live state of one generation, as a component sees it. Its lists with more than one entry are for `count` above 1. */
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

export interface DrawingOptions extends PictureOptions {
  /** Instead of the provider's. */
  readonly client?: Client;
}

/**
 * Draws while the component is there: another input begins anew, and leaving cancels unless `input.keep` is true. Inputs
 * are compared by what they say, so one made in the render function is fine.
 *
 * @param input null or undefined for nothing yet
 */
export function useGeneration(input: GenerateInput | null | undefined, options: DrawingOptions = {}): Drawing {
  const { client, ...pictures } = options;
  return useEvents(input ? inputKey([input, pictures]) : null, useClient(client), (used, signal) =>
    input ? used.generate(input, { ...pictures, signal }) : nothing(),
  );
}

/** Follows a generation that was begun elsewhere, or before the page was loaded; leaving leaves it alone. */
export function useFollow(id: string | null | undefined, options: DrawingOptions = {}): Drawing {
  const { client, ...pictures } = options;
  return useEvents(id ? inputKey([id, pictures]) : null, useClient(client), (used, signal) =>
    id ? used.follow(id, { ...pictures, signal }) : nothing(),
  );
}

type Open = (client: Client, signal: AbortSignal) => AsyncIterable<GenerationEvent>;

/** Asked for, and not heard of yet. */
const waitingState: GenerationState = { ...idleState, status: 'QUEUED' };

/** @param key the same as long as `open` opens the same; null where there is nothing to open */
function useEvents(key: string | null, client: Client, open: Open): Drawing {
  const [attempt, restart] = useReducer((count: number) => count + 1, 0);
  const runKey = key === null ? null : `${attempt} ${key}`;
  const [last, setLast] = useState<{ readonly key: string | null; readonly state: GenerationState }>();
  const latestOpen = useRef(open);
  const running = useRef<(() => void) | undefined>(undefined);

  // Effects run in order: the next one opens what this render was given.
  useEffect(() => {
    latestOpen.current = open;
  });
  useEffect(() => {
    if (runKey === null) return;
    const { cancel, leave } = run(client, latestOpen.current, (state) => setLast({ key: runKey, state }));
    running.current = cancel;
    return () => {
      running.current = undefined;
      leave();
    };
  }, [client, runKey]);

  const cancel = useCallback(() => running.current?.(), []);
  const state = runKey === null ? idleState : last?.key === runKey ? last.state : waitingState;
  return useMemo(() => drawingOf(state, { cancel, restart }), [state, cancel]);
}

/** Reads a generation's events into states, until it is over or left. */
function run(client: Client, open: Open, show: (state: GenerationState) => void) {
  const left = new AbortController();
  const { signal } = left;
  let state = waitingState;
  let isUnwanted = false;

  const set = (next: GenerationState) => {
    state = next;
    if (!signal.aborted) show(state);
  };
  const fail = (error: unknown) => {
    if (signal.aborted) return;
    set(failedState(state, error));
    left.abort();
  };
  /** By its id, so that its last event tells how it ended; before that is known, with the first event. */
  const cancel = () => {
    isUnwanted = true;
    const id = state.generation?.id;
    if (id !== undefined && !isOver(state)) client.cancel(id, { signal }).catch(fail);
  };
  const read = async () => {
    for await (const event of open(client, signal)) {
      const isFirst = state.generation === undefined;
      set(nextState(state, event));
      if (isFirst && isUnwanted) cancel();
    }
  };
  // An unmounted component is told nothing: a double mount aborts before anything was sent.
  read().catch(fail);
  return { cancel, leave: () => left.abort() };
}

async function* nothing(): AsyncGenerator<GenerationEvent> {
  // A component without input opens nothing.
}

function drawingOf(state: GenerationState, actions: Pick<Drawing, 'cancel' | 'restart'>): Drawing {
  const [first] = state.pictures;
  return {
    ...state,
    ...actions,
    tokens: first?.tokens ?? [],
    preview: first?.preview?.image,
    images: state.pictures.flatMap(({ finished }) => (finished ? [finished] : [])),
  };
}

/** A blob has no text that tells it from others: it is numbered when it is first seen. */
const blobNumbers = new WeakMap<Blob, number>();
let blobCount = 0;

/** The same text for inputs that ask for the same, however often a component makes them anew. */
function inputKey(input: unknown): string {
  return JSON.stringify(input, (_, value: unknown) => {
    if (!(value instanceof Blob)) return value;
    const number = blobNumbers.get(value) ?? ++blobCount;
    blobNumbers.set(value, number);
    return `blob ${number}`;
  });
}
