import type { Generation, GenerationStatus } from './generation.js';

/** The generations the server keeps: all unfinished ones, and the most recently queued finished ones. */
export class Archive {
  readonly #generations = new Map<string, Generation>();

  /** @param capacity The number of finished generations to keep. */
  constructor(readonly capacity: number) {}

  add(generation: Generation): void {
    this.#generations.set(generation.id, generation);
    this.#forgetOldest();
  }

  find(id: string): Generation | undefined {
    return this.#generations.get(id);
  }

  /** Newest first. */
  list(statuses?: readonly GenerationStatus[]): Generation[] {
    const all = [...this.#generations.values()].reverse();
    return statuses ? all.filter(({ status }) => statuses.includes(status)) : all;
  }

  #forgetOldest(): void {
    const finished = [...this.#generations.values()].filter(({ isFinished }) => isFinished);
    for (const { id } of finished.slice(0, Math.max(0, finished.length - this.capacity))) {
      this.#generations.delete(id);
    }
  }
}
