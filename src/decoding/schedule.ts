/**
 * How many tokens each step decodes. `steps` of cosine and linear: 1 to the number of cells to decode. As in the
 * reference, the first cosine step decodes one token, so two or more cells take at least two steps.
 */
export type Schedule =
  | { readonly kind: 'cosine' | 'linear'; readonly steps: number }
  | { readonly kind: 'one-by-one' }
  | { readonly kind: 'explicit'; readonly tokensPerStep: readonly number[] };

/** The number of tokens in each step: at least 1 each, summing to `cells`. */
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
 * Tokens decoded once `done` + 1 steps are finished: int((1 - cos(pi/2 * (s+1)/S)) * N + 1).
 * Source: RandAR/model/utils.py, calculate_num_query_tokens_for_parallel_decoding.
 */
function cosineTarget(done: number, steps: number, cells: number): number {
  return Math.trunc((1 - Math.cos(((Math.PI / 2) * (done + 1)) / steps)) * cells + 1);
}

/** The steps of an enlargement: first those of the small picture, then those of the cells in between. */
export interface EnlargingPlan {
  readonly tokensPerStep: readonly number[];
  /** The number of steps that decode the small picture. */
  readonly smallSteps: number;
}

/**
 * The plan of an enlargement from `small` cells to `cells`. As in the reference, a cosine schedule counts steps over
 * all cells of the large grid, and the small picture takes as many.
 *
 * @throws RangeError if no step of an explicit schedule ends with the small picture.
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

/** The number of steps that decode exactly this many tokens; undefined if no step ends there. */
export function stepsUntil(counts: readonly number[], tokens: number): number | undefined {
  let decoded = 0;
  const last = counts.findIndex((count) => (decoded += count) === tokens);
  return last < 0 ? undefined : last + 1;
}

/**
 * Tokens of each step of an enlargement with `known` of its `cells` cells given. As in the reference, steps are counted
 * over all cells, with the known ones already decoded.
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
