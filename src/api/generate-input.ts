import { randomInt } from 'node:crypto';
import { unknownToken } from '../decoding/grid.js';
import type { Engine } from '../engine/engine.js';
import type { ServedModel } from '../engine/served-model.js';
import type { GenerationRequest, PreviewRequest } from '../generation/request.js';
import { findLabel, nearestNames } from '../model/labels.js';
import { kvSlotsNeeded } from '../scheduler/kv-slots.js';
import { previewModes } from './enums.js';
import { refuseIncapable } from './capability-input.js';
import type { GenerateInput, LabelInput, PreviewInput } from './generated/resolvers.js';
import { parseGuidance } from './guidance-input.js';
import { parseModel } from './model-input.js';
import { parseOrder, usualOrder } from './order-input.js';
import { parsePlan } from './plan-input.js';
import { BadInputError, Problems } from './problems.js';
import { parseEnlargingPlan, parseSize } from './size-input.js';
import { parseSource } from './source-input.js';

const maxSeed = 2 ** 31 - 1;
const maxCount = 16;

/**
 * A request that the engine can run as it is. Pictures that come with it are encoded on the way.
 *
 * @throws BadInputError with all that is wrong, before anything is queued
 */
export async function parseGenerateInput(input: GenerateInput, engine: Engine): Promise<GenerationRequest> {
  const problems = new Problems();
  const model = parseModel('input.model', input.model, engine);
  const { defaults } = model.manifest;
  const { vocabulary } = model.transformer.shape;
  const label = parseLabel(input.label, model, problems);
  refuseIncapable(input, model, problems);
  const size = parseSize(input, model, problems);
  const source = model.capabilities.knownTokens ? await parseSource(input.source, model, engine, problems) : undefined;
  if (size.enlarging && input.source) {
    problems.add(
      'input.source',
      'Expected `input.source` to be absent where `input.size` is there: they do not go together.',
    );
  }
  const known = size.enlarging ? undefined : source?.known;
  const isKnown = (cell: number) => (known?.[cell] ?? unknownToken) !== unknownToken;
  const count = problems.wholeNumber('input.count', input.count ?? 1, 1, maxCount);
  const lastSeed = maxSeed - Math.max(0, count - 1);
  const plan = size.enlarging
    ? parseEnlargingPlan(input, model, problems)
    : {
        tokensPerStep: parsePlan(
          'input',
          input,
          model,
          known?.filter((token) => token !== unknownToken).length ?? 0,
          problems,
        ),
      };
  const request: GenerationRequest = {
    model: model.id,
    label,
    seed: problems.wholeNumber('input.seed', input.seed ?? randomInt(lastSeed), 0, lastSeed),
    count,
    ...size.grid,
    tokensPerStep: plan.tokensPerStep,
    order: parseOrder(
      input.order,
      {
        grid: size.grid,
        isKnown,
        small: size.enlarging && model.manifest.grid,
        usual: usualOrder(model),
      },
      problems,
    ),
    guidance: parseGuidance('input.guidance', input.guidance, defaults.guidance, problems),
    sampling: {
      temperature: problems.number('input.temperature', input.temperature ?? defaults.temperature, 0, 10),
      topK: problems.wholeNumber('input.topK', input.topK ?? defaults.topK, 0, vocabulary),
      topP: problems.number('input.topP', input.topP ?? defaults.topP, 0, 1),
    },
    preview: parsePreview(input.preview, problems),
    ...(known ? { known } : {}),
    ...(source?.overlay ? { overlay: source.overlay } : {}),
    ...(size.enlarging && 'smallSteps' in plan
      ? { enlarging: { ...size.enlarging, smallSteps: plan.smallSteps } }
      : {}),
  };
  problems.throwIfAny();
  refuseTooLarge(request, model);
  return request;
}

/** What the KV cache would take must be there: it is not found out in the middle of a picture. */
function refuseTooLarge(request: GenerationRequest, { manifest, transformer }: ServedModel): void {
  const { kvSlots, kvSlotBytes } = transformer;
  const needed = kvSlotsNeeded(request, manifest.grid);
  if (needed <= kvSlots) return;
  const field = request.enlarging ? 'input.size' : 'input.count';
  const megabytes = (bytes: number) => `${Number((bytes / 1e6).toPrecision(3))} MB`;
  throw new BadInputError([
    {
      field,
      message:
        `Expected \`${field}\` to ask for what fits in memory: its KV cache would take ${megabytes(needed * kvSlotBytes)}, ` +
        `and this model has ${megabytes(kvSlots * kvSlotBytes)} on this server. Ask for fewer pictures, or less guidance.`,
    },
  ]);
}

function parseLabel({ name, index }: LabelInput, model: ServedModel, problems: Problems): number {
  const labels = model.manifest.labelList;
  if (typeof index === 'number') return problems.wholeNumber('input.label.index', index, 0, labels.length - 1);
  const label = findLabel(labels, name);
  if (label) return label.index;
  const nearest = nearestNames(labels, name).map((near) => `"${near}"`);
  const hint = `Model "${model.id}" has none of that name; the nearest are ${nearest.join(', ')}.`;
  problems.add('input.label.name', `Expected \`input.label.name\` to be a label, got "${name}". ${hint}`);
  return 0;
}

function parsePreview(input: PreviewInput | null | undefined, problems: Problems): PreviewRequest {
  const mode = previewModes[input?.mode ?? 'MOSAIC'];
  const every = problems.wholeNumber('input.preview.every', input?.every ?? 1, 1, maxSeed);
  return mode === 'none' ? { mode } : { mode, every };
}
