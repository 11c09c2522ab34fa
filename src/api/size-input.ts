import { enlargedGrid } from '../decoding/enlarging.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import { enlargingTokensPerStep, tokensPerStep } from '../decoding/schedule.js';
import type { ServedModel } from '../engine/served-model.js';
import type { EnlargingRequest } from '../generation/request.js';
import { maxGridSide } from '../generation/picture.js';
import type { GenerateInput } from './generated/resolvers.js';
import { parseGuidance } from './guidance-input.js';
import { refuseOtherSteps } from './plan-input.js';
import type { Problems } from './problems.js';

export interface Size {
  /** Of the finished picture. */
  readonly grid: Grid;
  readonly enlarging?: Omit<EnlargingRequest, 'smallSteps'> | undefined;
}

/** The reference's default. Source: RandAR/tools/resolution_extrapolation.py. */
const spatialDefault = { start: 2.5, end: 2.5, curve: 'linear', power: 1 } as const;

export function parseSize({ size }: GenerateInput, model: ServedModel, problems: Problems): Size {
  const { grid } = model.manifest;
  if (!size) return { grid };
  const factor = problems.wholeNumber('input.size.factor', size.factor, 1, 2);
  const spatialGuidance = parseGuidance('input.size.spatialGuidance', size.spatialGuidance, spatialDefault, problems);
  if (factor !== 2 || !model.capabilities.enlarging) return { grid };
  const large = enlargedGrid(grid);
  if (Math.max(large.width, large.height) > maxGridSide) {
    problems.expected('input.size.factor', `1, since ${maxGridSide} cells are the most in a row or column`, factor);
    return { grid };
  }
  return { grid: large, enlarging: { spatialGuidance } };
}

interface EnlargingPlan {
  readonly tokensPerStep: number[];
  /** How many of the steps draw the small picture. */
  readonly smallSteps: number;
}

/**
 * Tokens of each step of an enlargement: those of the small picture, then those of the cells between. As in the
 * reference, `steps` counts for all cells of the large grid, and for the small picture's as well.
 */
export function parseEnlargingPlan(input: GenerateInput, model: ServedModel, problems: Problems): EnlargingPlan {
  const small = cellCount(model.manifest.grid);
  const cells = cellCount(enlargedGrid(model.manifest.grid));
  const explicit = input.schedule?.tokensPerStep;
  const isOneByOne = input.schedule?.kind === 'ONE_BY_ONE';
  if (explicit || isOneByOne) {
    refuseOtherSteps('input.steps', input.steps, explicit?.length ?? cells, problems);
    return explicit ? splitExplicit(explicit, small, cells, problems) : oneByOne(small, cells);
  }
  const usual = Math.min(cells, Math.round((model.manifest.defaults.steps * cells) / small));
  const steps = problems.wholeNumber('input.steps', input.steps ?? usual, 1, cells);
  if (steps < 1) return oneByOne(small, cells);
  if (input.schedule?.kind === 'LINEAR') {
    const first = Math.max(1, Math.round((steps * small) / cells));
    const rest = Math.max(1, steps - first);
    const before = tokensPerStep({ kind: 'linear', steps: Math.min(first, small) }, small);
    const between = tokensPerStep({ kind: 'linear', steps: Math.min(rest, cells - small) }, cells - small);
    return { tokensPerStep: [...before, ...between], smallSteps: before.length };
  }
  const before = tokensPerStep({ kind: 'cosine', steps }, small);
  const between = enlargingTokensPerStep(steps, cells, small);
  return { tokensPerStep: [...before, ...between], smallSteps: before.length };
}

function oneByOne(small: number, cells: number): EnlargingPlan {
  return { tokensPerStep: new Array<number>(cells).fill(1), smallSteps: small };
}

function splitExplicit(counts: readonly number[], small: number, cells: number, problems: Problems): EnlargingPlan {
  const field = 'input.schedule.tokensPerStep';
  let decoded = 0;
  let smallSteps = 0;
  for (const count of counts) {
    if (decoded < small) smallSteps++;
    decoded += count;
    if (decoded > small && decoded - count < small) {
      problems.add(
        field,
        `Expected a step of \`${field}\` to end at ${small} tokens, where the small picture is complete.`,
      );
      break;
    }
  }
  const sum = counts.reduce((total, count) => total + count, 0);
  const low = counts.find((count) => count < 1);
  if (low !== undefined)
    problems.add(field, `Expected every step of \`${field}\` to decode at least 1 token, got ${low}.`);
  else if (sum !== cells) problems.add(field, `Expected \`${field}\` to decode ${cells} tokens in all, got ${sum}.`);
  return { tokensPerStep: [...counts], smallSteps };
}
