import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { Client } from '../client.js';
import type { GenerationEvent } from '../events.js';
import { failedState, idleState, isOver, nextState, type GenerationState } from '../generation-state.js';
import type { GenerateInput } from '../generated/operations.js';
import type { PictureOptions } from '../picture-form.js';
import { drawingOf, type Drawing } from './drawing.js';
import { inputKey } from './input-key.js';
import { useClient } from './provider.js';

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
