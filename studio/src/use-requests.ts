import type { GenerateInput, Model } from 'randar-client';
import { useState } from 'react';
import { formFor } from './abilities.js';
import { anySeed, inputOf, type Form } from './form.js';
import type { Grid } from './playback.js';
import type { Session } from './session.js';
import { missingFor, sourceOf, type Task } from './task.js';
import { troubleOf, type Trouble } from './trouble.js';

export interface Requests {
  /** The server has been asked and has not answered yet. */
  readonly isAsking: boolean;
  readonly trouble: Trouble | undefined;
  /** Shows what is in the way; undefined shows nothing any more. */
  readonly tell: (trouble: Trouble | undefined) => void;
  /** Does what may fail, and tells why where it does. @returns whether it did not */
  readonly attempt: (ask: () => Promise<void>) => Promise<boolean>;
  readonly drawInputs: (inputs: readonly GenerateInput[]) => Promise<boolean>;
  /** What the form and the task ask for. @returns whether the server took it */
  readonly drawTask: (form: Form, task: Task, model: Model) => Promise<boolean>;
}

/** Asks the server for pictures, and keeps what it has against that. */
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
    // Said even where it is the model's own: it is what the pictures are told apart by.
    return task.orders.map((kind) => ({
      ...inputOf({ ...able, count: '1' }, seed, model.defaults),
      order: { kind },
    }));
  }
  return [inputOf(able, seed, model.defaults, await sourceOf(task, grid))];
}
