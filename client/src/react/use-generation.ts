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

/** The live state of a generation. Lists have more than one entry only if `count` is above 1. */
export interface Drawing extends GenerationState {
  /** The first picture's tokens, row by row; null if not decoded yet, empty before it has started. */
  readonly tokens: readonly (number | null)[];
  /** The first picture's newest preview. */
  readonly preview: PreviewPicture | undefined;
  /** The finished pictures; empty before COMPLETED. */
  readonly images: readonly FinishedImage[];
  /** Cancels the generation. */
  readonly cancel: () => void;
  /** Starts again: without a seed, another picture. */
  readonly restart: () => void;
}

export interface DrawingOptions extends PictureOptions {
  /** Overrides the provider's client. */
  readonly client?: Client;
}

/**
 * Generates while the component is mounted. A different input starts again, and unmounting cancels unless `input.keep`
 * is true. Inputs are compared by value, so they may be created during rendering.
 *
 * @param input null or undefined for no generation yet.
 */
export function useGeneration(input: GenerateInput | null | undefined, options: DrawingOptions = {}): Drawing {
  const { client, ...pictures } = options;
  return useEvents(input ? inputKey([input, pictures]) : null, useClient(client), (used, signal) =>
    input ? used.generate(input, { ...pictures, signal }) : nothing(),
  );
}

/** Follows an existing generation. Unmounting does not affect it. */
export function useFollow(id: string | null | undefined, options: DrawingOptions = {}): Drawing {
  const { client, ...pictures } = options;
  return useEvents(id ? inputKey([id, pictures]) : null, useClient(client), (used, signal) =>
    id ? used.follow(id, { ...pictures, signal }) : nothing(),
  );
}

type Open = (client: Client, signal: AbortSignal) => AsyncIterable<GenerationEvent>;

/** Requested, but without an event yet. */
const waitingState: GenerationState = { ...idleState, status: 'QUEUED' };

/** @param key Identifies what `open` opens; null for nothing. */
function useEvents(key: string | null, client: Client, open: Open): Drawing {
  const [attempt, restart] = useReducer((count: number) => count + 1, 0);
  const runKey = key === null ? null : `${attempt} ${key}`;
  const [last, setLast] = useState<{ readonly key: string | null; readonly state: GenerationState }>();
  const latestOpen = useRef(open);
  const running = useRef<(() => void) | undefined>(undefined);

  // Effects run in order, so the next one uses this render's `open`.
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

/** Turns a generation's events into states until it ends or is left. */
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
  /** Cancels by id, so that the last event says how it ended; if the id is not known yet, waits for the first event. */
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
  // An unmounted component gets no state: a double mount aborts before anything is sent.
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

/** Blobs have no value to compare, so each one gets a number. */
const blobNumbers = new WeakMap<Blob, number>();
let blobCount = 0;

/** The same text for inputs with the same value. */
function inputKey(input: unknown): string {
  return JSON.stringify(input, (_, value: unknown) => {
    if (!(value instanceof Blob)) return value;
    const number = blobNumbers.get(value) ?? ++blobCount;
    blobNumbers.set(value, number);
    return `blob ${number}`;
  });
}
