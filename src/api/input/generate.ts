import { randomInt } from 'node:crypto';
import { enlargedGrid } from '../../decoding/enlarging.js';
import { cellCount, type Grid } from '../../decoding/grid.js';
import { enlargingPlan, tokensPerStep, type Schedule } from '../../decoding/schedule.js';
import type { Engine } from '../../engine/engine.js';
import type { ServedModel } from '../../engine/served-model.js';
import { maxGridSide } from '../../generation/picture.js';
import type { GenerationRequest } from '../../generation/request.js';
import { kvSlotsNeeded } from '../../scheduler/kv-slots.js';
import type { GenerateInput } from '../generated/resolvers.js';
import { refuseIncapable } from './capabilities.js';
import { parseLabel, parseModel } from './model.js';
import { parseOrder } from './order.js';
import { Problems } from './problems.js';
import { parseSchedule } from './schedule.js';
import { generateShape, wholeNumber } from './shapes.js';
import { parseSource } from './source.js';

const maxSeed = 2 ** 31 - 1;

/**
 * Parses an input into a request that the engine can run: first each field by itself, then rules between fields, then
 * what follows from them.
 *
 * @throws BadInputError with all problems, before anything is queued or encoded.
 */
export async function parseGenerateInput(input: GenerateInput, engine: Engine): Promise<GenerationRequest> {
  const model = parseModel('input.model', input.model, engine);
  const problems = new Problems();
  const own = model.manifest.grid;
  const isEnlarged = input.size?.factor === 2 && model.capabilities.enlarging;
  const grid = isEnlarged ? enlargedGrid(own) : own;

  const takenSource = model.capabilities.knownTokens ? input.source : undefined;
  const source = takenSource ? await parseSource(takenSource, model, engine, problems) : undefined;
  const known = source?.known ?? new Set<number>();
  const open = cellCount(grid) - known.size;
  const checked = problems.check('input', generateShape(model, grid, open), input);

  refuseIncapable(input, model, problems);
  if (isEnlarged) refuseTooWide(grid, problems);
  if (isEnlarged && input.source) problems.add('input.source', 'to be omitted: it cannot be combined with `size`.');
  const label = parseLabel(input.label, model, problems);
  const lastSeed = maxSeed - Math.max(0, (input.count ?? 1) - 1);
  const seed = problems.check('input.seed', wholeNumber(0, lastSeed), input.seed ?? randomInt(lastSeed));
  // If the source is invalid, the number of open cells is unknown.
  const isOpenKnown = !takenSource || source !== undefined;
  const small = isEnlarged ? own : undefined;
  const order = isOpenKnown ? parseOrder(input.order, model, { grid, known, small }, problems) : undefined;
  const schedule = isOpenKnown
    ? parseSchedule('input', input, { open, small: small && cellCount(small) }, model, problems)
    : undefined;

  const { count, guidance, temperature, topK, topP, size, preview } = problems.orThrow(checked);
  const request: GenerationRequest = {
    model: model.id,
    label: problems.orThrow(label),
    seed: problems.orThrow(seed),
    count,
    ...grid,
    ...planOf(problems.orThrow(schedule), open, small, size.spatialGuidance),
    order: problems.orThrow(order),
    guidance,
    sampling: { temperature, topK, topP },
    preview,
  };
  refuseTooLarge(request, model);
  return source ? { ...request, ...(await source.read()) } : request;
}

function planOf(
  schedule: Schedule,
  open: number,
  small: Grid | undefined,
  spatialGuidance: GenerationRequest['guidance'],
): Pick<GenerationRequest, 'tokensPerStep' | 'enlarging'> {
  if (!small) return { tokensPerStep: tokensPerStep(schedule, open) };
  const { tokensPerStep: counts, smallSteps } = enlargingPlan(schedule, cellCount(small), open);
  return { tokensPerStep: counts, enlarging: { smallSteps, spatialGuidance } };
}

function refuseTooWide(grid: Grid, problems: Problems): void {
  if (Math.max(grid.width, grid.height) <= maxGridSide) return;
  problems.expected(
    'input.size.factor',
    `1, since a picture may have at most ${maxGridSide} cells per row or column`,
    2,
  );
}

/** Rejects requests that would not fit into the KV cache, before they are queued. */
function refuseTooLarge(request: GenerationRequest, { manifest, transformer }: ServedModel): void {
  const { kvSlots, kvSlotBytes } = transformer;
  const needed = kvSlotsNeeded(request, manifest.grid);
  if (needed <= kvSlots) return;
  const megabytes = (bytes: number) => `${Number((bytes / 1e6).toPrecision(3))} MB`;
  const problems = new Problems();
  problems.add(
    request.enlarging ? 'input.size' : 'input.count',
    `to fit in memory: its KV cache would take ${megabytes(needed * kvSlotBytes)}, ` +
      `and this server has ${megabytes(kvSlots * kvSlotBytes)} for this model. Request fewer pictures, or turn off guidance.`,
  );
  problems.throwIfAny();
}
