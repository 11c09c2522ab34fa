import type { OrderKind, SourceInput } from 'randar-client';
import { touchedCells, type Mask } from './mask.js';
import { maskDataUri, type Picture } from './picture.js';
import type { Placement } from './placement.js';
import type { Grid } from './playback.js';

/** What the user is doing, and its input beyond the form. */
export type Task =
  | { readonly kind: 'draw' }
  | { readonly kind: 'inpaint'; readonly picture?: Picture; readonly mask?: Mask; readonly blend: string }
  | { readonly kind: 'outpaint'; readonly picture?: Picture; readonly placement: Placement }
  | { readonly kind: 'compare'; readonly orders: readonly [OrderKind, OrderKind] }
  /** Started from a result. The mask has one pixel per cell. */
  | {
      readonly kind: 'redraw';
      readonly generation: string;
      readonly index: number;
      readonly path: string;
      readonly mask: Mask;
    };

export type TaskKind = Task['kind'];

export const taskNames: Record<TaskKind, string> = {
  draw: 'Draw',
  inpaint: 'Inpaint',
  outpaint: 'Outpaint',
  compare: 'Compare',
  redraw: 'Redraw',
};

/** What is still missing before the task can be drawn; undefined if nothing is. */
export function missingFor(task: Task, grid: Grid): string | undefined {
  switch (task.kind) {
    case 'draw':
    case 'compare':
      return undefined;
    case 'inpaint':
      if (!task.picture) return 'Choose a picture to inpaint first.';
      return missingInMask(task.mask, grid);
    case 'outpaint':
      return task.picture ? undefined : 'Choose a picture to extend first.';
    case 'redraw':
      return missingInMask(task.mask, grid);
  }
}

function missingInMask(mask: Mask | undefined, grid: Grid): string | undefined {
  const cells = mask ? touchedCells(mask, grid.width, grid.height).length : 0;
  if (cells === 0) return 'Paint over the area to redraw first.';
  return cells === grid.width * grid.height
    ? 'Leave part of the picture unpainted, so that there is something to match.'
    : undefined;
}

/** The task's source; undefined if it starts from nothing. */
export async function sourceOf(task: Task, grid: Grid): Promise<SourceInput | undefined> {
  switch (task.kind) {
    case 'draw':
    case 'compare':
      return undefined;
    case 'inpaint': {
      if (!task.picture || !task.mask) return undefined;
      const mask = { dataUri: await maskDataUri(task.mask) };
      const blend = task.blend === '' ? {} : { blend: Number(task.blend) };
      return { inpaint: { image: { dataUri: task.picture.dataUri }, mask, ...blend } };
    }
    case 'outpaint':
      return task.picture && { outpaint: { image: { dataUri: task.picture.dataUri }, ...task.placement } };
    case 'redraw': {
      const cells = touchedCells(task.mask, grid.width, grid.height);
      return { redraw: { generation: task.generation, image: task.index, cells } };
    }
  }
}
