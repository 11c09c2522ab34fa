import type { GenerateInput } from 'randar-client';
import { createValue, type Value } from './value.js';

/** A generation started from this page, with the input that reproduces it. */
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

/** The generations started in this tab, newest first. Survives a reload, and generations the server has dropped. */
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
    // Not written by this version of the page: start over.
    return [];
  }
}

function write(storage: Storage, entries: readonly Drawn[]): void {
  try {
    storage.setItem(key, JSON.stringify(entries));
  } catch (error) {
    // If the browser allows no storage, the history lasts as long as the page.
    if (!(error instanceof DOMException)) throw error;
  }
}
