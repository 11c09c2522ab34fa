import type { PictureState } from './generation-state.js';

/** What stands at a cell: a colour for its token, or its part of the preview of a step. */
export type Painted = 'token' | 'preview';

export interface DueCell {
  readonly cell: number;
  readonly as: Painted;
}

/** A preview comes right behind its step; cells that wait for one longer than this many steps show their token. */
const patienceSteps = 2;

/**
 * The cells that are decoded and not yet painted so, in the order of decoding.
 *
 * @param previewStep the last step that the preview at hand shows; -1 where there is none
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
