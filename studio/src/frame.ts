import type { Playback, Preview } from './playback.js';

/** A cell that is not decoded yet. */
export const notYet = -1;

/** The state of one picture's cells at a step. */
export interface Cells {
  readonly width: number;
  readonly height: number;
  /** The step that decoded each cell: 0 if the source gave it, `notYet` if it is unknown. */
  readonly decodedAt: Int32Array;
  /** The probability of each token: 1 if the source gave it, 0 if it is unknown. */
  readonly probability: Float32Array;
}

/** Undefined before the generation has started. */
export function cellsOf({ grid, given, steps }: Playback, index: number): Cells | undefined {
  if (!grid) return undefined;
  const decodedAt = new Int32Array(grid.width * grid.height).fill(notYet);
  const probability = new Float32Array(decodedAt.length);
  given[index]?.forEach((isGiven, cell) => {
    if (!isGiven) return;
    decodedAt[cell] = 0;
    probability[cell] = 1;
  });
  steps.forEach(({ images }, at) => {
    const image = images[index];
    image?.positions.forEach((cell, i) => {
      decodedAt[cell] = at + 1;
      probability[cell] = image.probabilities[i] ?? 0;
    });
  });
  return { ...grid, decodedAt, probability };
}

export function isKnown(decodedAt: number, step: number): boolean {
  return decodedAt !== notYet && decodedAt <= step;
}

export function knownCount({ decodedAt }: Cells, step: number): number {
  return decodedAt.reduce((count, at) => (isKnown(at, step) ? count + 1 : count), 0);
}

/** The newest preview that shows at most `step` steps. */
export function previewAt({ previews }: Playback, index: number, step: number): Preview | undefined {
  return previews.findLast((preview) => preview.index === index && preview.step <= step);
}

/** The image to show for the cells. */
export interface Shown {
  readonly path: string;
  /** The finished picture, a preview, or the small picture of an enlargement. */
  readonly kind: 'finished' | 'tokens' | 'small';
}

/**
 * The image to show at a step: the finished picture if there is one, since it was decoded from these tokens. While an
 * enlargement decodes its small picture, that is shown instead, since it has another grid.
 */
export function shownAt(playback: Playback, index: number, step: number): Shown | undefined {
  const finished = playback.images[index];
  const preview = previewAt(playback, index, step);
  if (preview && step < playback.totalSteps && isOfSmallerGrid(preview, playback)) {
    return { path: preview.path, kind: 'small' };
  }
  if (finished) return { path: finished.path, kind: 'finished' };
  return preview && { path: preview.path, kind: 'tokens' };
}

function isOfSmallerGrid({ width }: Preview, { grid, facts }: Playback): boolean {
  if (!grid || !facts) return false;
  return width < (grid.width * facts.model.imageWidth) / facts.model.gridWidth;
}

/** A bar of the timeline. */
export interface StepSummary {
  readonly tokens: number;
  /** The mean probability of its tokens, 0 to 1. */
  readonly confidence: number;
  readonly elapsedMs: number;
}

/** All steps of one picture so far. */
export function timelineOf({ steps }: Playback, index: number): StepSummary[] {
  return steps.map(({ elapsedMs, images }) => {
    const probabilities = images[index]?.probabilities ?? [];
    const sum = probabilities.reduce((total, probability) => total + probability, 0);
    return { tokens: probabilities.length, confidence: sum / Math.max(1, probabilities.length), elapsedMs };
  });
}

/** Describes the frame in words, for screen readers. */
export function describeFrame(cells: Cells, step: number): string {
  const total = cells.decodedAt.length;
  const known = knownCount(cells, step);
  if (known === 0) return `A grid of ${cells.width} by ${cells.height} cells, none decoded yet.`;
  if (known === total) return `All ${total} cells are decoded.`;
  const thirds = ['top', 'middle', 'bottom'].map((name, third) => {
    let [there, of] = [0, 0];
    cells.decodedAt.forEach((at, cell) => {
      if (Math.floor((Math.floor(cell / cells.width) * 3) / cells.height) !== third) return;
      of++;
      if (isKnown(at, step)) there++;
    });
    return `${name} third ${Math.round((100 * there) / Math.max(1, of))} %`;
  });
  return `${known} of ${total} cells decoded: ${thirds.join(', ')}.`;
}
