import type { PictureState } from './generation-state.js';

/** What is painted at a cell: a colour for its token, or its part of a step's preview. */
export type Painted = 'token' | 'preview';

export interface DueCell {
  readonly cell: number;
  readonly as: Painted;
}

/** A preview normally follows its step at once. Cells that have waited for more steps than this show their token. */
const patienceSteps = 2;

/**
 * Cells that are decoded but not yet painted accordingly, in decoding order.
 *
 * @param previewStep The last step that the current preview shows; -1 without a preview.
 */
export function cellsDue(
  { cellsByStep }: Pick<PictureState, 'cellsByStep'>,
  painted: ReadonlyMap<number, Painted>,
  previewStep: number,
): DueCell[] {
  const lastStep = cellsByStep.length - 1;
  return cellsByStep.flatMap((cells, step): DueCell[] => {
    if (step <= previewStep) {
      return cells.flatMap((cell) => (painted.get(cell) === 'preview' ? [] : [{ cell, as: 'preview' }]));
    }
    if (step > lastStep - patienceSteps) return [];
    return cells.flatMap((cell) => (painted.has(cell) ? [] : [{ cell, as: 'token' }]));
  });
}
