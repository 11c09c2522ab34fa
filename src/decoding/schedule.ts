/**
 * How many tokens each step decodes. Steps of cosine and linear: 1 to the number of cells to decode. A cosine's first
 * step decodes one token, as the reference's does, so that it has two steps at least where there are two cells.
 */
export type Schedule =
  | { readonly kind: 'cosine' | 'linear'; readonly steps: number }
  | { readonly kind: 'one-by-one' }
  | { readonly kind: 'explicit'; readonly tokensPerStep: readonly number[] };

/** Tokens of each step for `cells` cells to decode: each at least 1, together `cells`. */
export function tokensPerStep(schedule: Schedule, cells: number): number[] {
  switch (schedule.kind) {
    case 'explicit':
      return [...schedule.tokensPerStep];
    case 'one-by-one':
      return new Array<number>(cells).fill(1);
    case 'cosine':
      return byTarget(0, cells, (done) => (done === 0 ? 1 : cosineTarget(done, schedule.steps, cells)));
    case 'linear':
      return byTarget(0, cells, (done) => Math.round((cells * (done + 1)) / schedule.steps));
  }
}

/**
 * Tokens that are decoded after the step that follows `done` finished ones: int((1 - cos(pi/2 * (s+1)/S)) * N + 1).
 * Source: RandAR/model/utils.py, calculate_num_query_tokens_for_parallel_decoding.
 */
function cosineTarget(done: number, steps: number, cells: number): number {
  return Math.trunc((1 - Math.cos(((Math.PI / 2) * (done + 1)) / steps)) * cells + 1);
}

/** The steps of an enlargement: those of the small picture, then those of the cells between its own. */
export interface EnlargingPlan {
  readonly tokensPerStep: readonly number[];
  /** How many of the steps draw the small picture. */
  readonly smallSteps: number;
}

/**
 * The plan of an enlargement of a picture of `small` cells to one of `cells`. As in the reference, the steps of a cosine
 * schedule are those of all cells of the large grid, and the small picture is drawn with as many.
 *
 * @throws RangeError for an explicit schedule of which no step ends with the small picture
 */
export function enlargingPlan(schedule: Schedule, small: number, cells: number): EnlargingPlan {
  const rest = cells - small;
  switch (schedule.kind) {
    case 'explicit': {
      const smallSteps = stepsUntil(schedule.tokensPerStep, small);
      if (smallSteps === undefined) throw new RangeError(`no step of the schedule ends at ${small} tokens`);
      return { tokensPerStep: schedule.tokensPerStep, smallSteps };
    }
    case 'one-by-one':
      return joined(tokensPerStep(schedule, small), tokensPerStep(schedule, rest));
    case 'cosine':
      return joined(tokensPerStep(schedule, small), enlargingTokensPerStep(schedule.steps, cells, small));
    case 'linear': {
      const steps = Math.max(1, Math.round((schedule.steps * small) / cells));
      const others = Math.max(1, schedule.steps - steps);
      return joined(
        tokensPerStep({ kind: 'linear', steps }, small),
        tokensPerStep({ kind: 'linear', steps: others }, rest),
      );
    }
  }
}

function joined(first: readonly number[], between: readonly number[]): EnlargingPlan {
  return { tokensPerStep: [...first, ...between], smallSteps: first.length };
}

/** How many steps it takes to decode just so many tokens; undefined if no step ends there. */
export function stepsUntil(counts: readonly number[], tokens: number): number | undefined {
  let decoded = 0;
  const last = counts.findIndex((count) => (decoded += count) === tokens);
  return last < 0 ? undefined : last + 1;
}

/**
 * Tokens of each step of an enlargement, of whose `cells` cells `known` are given. It counts as the reference does:
 * the steps are those of all cells, and the known ones are decoded already.
 * Source: RandAR/applications/resolution_extrapolation.py, step 6-4.
 */
export function enlargingTokensPerStep(steps: number, cells: number, known: number): number[] {
  return byTarget(known, cells, (done) => (done === 0 ? known + 1 : cosineTarget(done, steps, cells)));
}

function byTarget(known: number, cells: number, targetAfter: (stepsDone: number) => number): number[] {
  const counts: number[] = [];
  for (let decoded = known; decoded < cells;) {
    const target = Math.min(targetAfter(counts.length), cells);
    const count = Math.max(target - decoded, 1);
    counts.push(count);
    decoded += count;
  }
  return counts;
}
