import type { GenerateInput, Model } from 'randar-client';
import { useState } from 'react';
import { formFor } from './abilities.js';
import { anySeed, inputOf, type Form } from './form.js';
import type { Grid } from './playback.js';
import type { Session } from './session.js';
import { missingFor, sourceOf, type Task } from './task.js';
import { troubleOf, type Trouble } from './trouble.js';

export interface Requests {
  /** Whether a request is pending. */
  readonly isAsking: boolean;
  readonly trouble: Trouble | undefined;
  /** Shows a problem; undefined clears it. */
  readonly tell: (trouble: Trouble | undefined) => void;
  /** Runs a request and shows the problem if it fails. @returns Whether it succeeded. */
  readonly attempt: (ask: () => Promise<void>) => Promise<boolean>;
  readonly drawInputs: (inputs: readonly GenerateInput[]) => Promise<boolean>;
  /** Draws the form and task. @returns Whether the server accepted it. */
  readonly drawTask: (form: Form, task: Task, model: Model) => Promise<boolean>;
}

/** Sends requests to the server, and keeps the problem of the last one. */
export function useRequests(session: Session): Requests {
  const [isAsking, setIsAsking] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();

  async function attempt(ask: () => Promise<void>): Promise<boolean> {
    setIsAsking(true);
    try {
      await ask();
      setTrouble(undefined);
      return true;
    } catch (error) {
      setTrouble(troubleOf(error));
      return false;
    } finally {
      setIsAsking(false);
    }
  }

  return {
    isAsking,
    trouble,
    tell: setTrouble,
    attempt,
    drawInputs: (inputs) => attempt(() => session.draw(inputs)),
    drawTask: (form, task, model) => {
      const grid: Grid = { width: model.gridWidth, height: model.gridHeight };
      const missing = form.label === '' ? 'Choose what to draw first.' : missingFor(task, grid);
      if (missing !== undefined) {
        setTrouble({ title: 'Not yet', text: missing, wayOn: 'fields', fields: [] });
        return Promise.resolve(false);
      }
      return attempt(async () => session.draw(await inputsOf(form, task, model, grid)));
    },
  };
}

async function inputsOf(form: Form, task: Task, model: Model, grid: Grid): Promise<GenerateInput[]> {
  const able = formFor(form, model.capabilities);
  const seed = form.seed === '' ? anySeed() : Number(form.seed);
  if (task.kind === 'compare') {
    // Explicit even if it is the model's default, since it tells the two pictures apart.
    return task.orders.map((kind) => ({
      ...inputOf({ ...able, count: '1' }, seed, model.defaults),
      order: { kind },
    }));
  }
  return [inputOf(able, seed, model.defaults, await sourceOf(task, grid))];
}
