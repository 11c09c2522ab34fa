import type { GenerateInput } from 'randar-client';
import { createValue, type Value } from './value.js';

/** A generation that was drawn from this page, with the input that draws it again. */
export interface Drawn {
  readonly id: string;
  readonly input: GenerateInput;
}

export interface DrawnHistory {
  readonly drawn: Value<readonly Drawn[]>;
  add(drawn: Drawn): void;
  inputOf(id: string): GenerateInput | undefined;
}

const key = 'randar-studio-drawn';
const kept = 60;

/** What this tab drew, newest first. It outlives a reload, and a server that forgot it. */
export function openHistory(storage: Storage): DrawnHistory {
  const drawn = createValue<readonly Drawn[]>(read(storage));
  return {
    drawn,
    add: (entry) => {
      drawn.update((entries) => [entry, ...entries].slice(0, kept));
      write(storage, drawn.get());
    },
    inputOf: (id) => drawn.get().find((entry) => entry.id === id)?.input,
  };
}

function read(storage: Storage): Drawn[] {
  try {
    const entries: unknown = JSON.parse(storage.getItem(key) ?? '[]');
    return Array.isArray(entries) ? (entries as Drawn[]) : [];
  } catch {
    // Written by something else, or not to be read by this page: the history begins anew.
    return [];
  }
}

function write(storage: Storage, entries: readonly Drawn[]): void {
  try {
    storage.setItem(key, JSON.stringify(entries));
  } catch (error) {
    // A browser that keeps nothing for the page: the history lives as long as the page does.
    if (!(error instanceof DOMException)) throw error;
  }
}
