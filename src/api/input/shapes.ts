import { z } from 'zod';
import { cellCount, type Grid } from '../../decoding/grid.js';
import type { Guidance } from '../../decoding/guidance.js';
import type { ServedModel } from '../../engine/served-model.js';
import type { PreviewRequest } from '../../generation/request.js';
import { guidanceCurves, previewModes } from '../enums.js';

/**
 * Constraints on single fields, as data. Messages say what is allowed. GraphQL has already checked the types; rules
 * between fields and lookups are checked elsewhere.
 */

export function wholeNumber(min: number, max?: number) {
  const allowed = max === undefined ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  const isAllowed = (value: number) => Number.isInteger(value) && value >= min && value <= (max ?? Infinity);
  return z.number(allowed).refine(isAllowed, allowed);
}

export function number(min: number, max: number) {
  const allowed = `a number from ${min} to ${max}`;
  return z.number(allowed).min(min, allowed).max(max, allowed);
}

/** GraphQL passes null or undefined for an omitted field. */
export function optional<Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) {
  return schema.nullish().transform((value) => value ?? fallback);
}

/** A list of cells without duplicates; reports the first duplicate. */
function cells(grid: Grid) {
  return z.array(wholeNumber(0, cellCount(grid) - 1)).check(({ value, issues }) => {
    const seen = new Set<number>();
    const at = value.findIndex((cell) => seen.size === seen.add(cell).size);
    if (at < 0) return;
    issues.push({ code: 'custom', message: 'a cell listed once', input: value[at], path: [at] });
  });
}

const guidance = z
  .object({
    start: number(0, 100),
    end: number(0, 100),
    curve: optional(z.enum(['LINEAR', 'COSINE']), 'LINEAR'),
    power: optional(number(0, 10), 1),
  })
  .transform((given): Guidance => ({ ...given, curve: guidanceCurves[given.curve] }));

const preview = z
  .object({
    mode: optional(z.enum(['NONE', 'MOSAIC', 'DECODED']), 'MOSAIC'),
    every: optional(wholeNumber(1), 1),
  })
  .transform(({ mode, every }): PreviewRequest => {
    const shown = previewModes[mode];
    return shown === 'none' ? { mode: shown } : { mode: shown, every };
  });

/** The reference's default. Source: RandAR/tools/resolution_extrapolation.py. */
const spatialDefault: Guidance = { start: 2.5, end: 2.5, curve: 'linear', power: 1 };

/**
 * The fields of GenerateInput.
 *
 * @param grid The grid of the finished picture.
 * @param open The number of cells to decode.
 */
export function generateShape({ manifest, transformer }: ServedModel, grid: Grid, open: number) {
  const { defaults, labelList } = manifest;
  const { vocabulary } = transformer.shape;
  return planShape(open).extend({
    label: z.object({ index: wholeNumber(0, labelList.length - 1).nullish() }),
    count: optional(wholeNumber(1, 16), 1),
    guidance: optional(guidance, defaults.guidance),
    temperature: optional(number(0, 10), defaults.temperature),
    topK: optional(wholeNumber(0, vocabulary), defaults.topK),
    topP: optional(number(0, 1), defaults.topP),
    order: z.object({ positions: cells(grid).nullish() }).nullish(),
    size: optional(z.object({ factor: wholeNumber(1, 2), spatialGuidance: optional(guidance, spatialDefault) }), {
      factor: 1,
      spatialGuidance: spatialDefault,
    }),
    preview: optional(preview, { mode: 'mosaic', every: 1 }),
  });
}

/** The fields that determine how many tokens each step decodes, for `open` cells in total. */
export function planShape(open: number) {
  return z.object({
    steps: wholeNumber(1, open).nullish(),
    schedule: z.object({ tokensPerStep: z.array(wholeNumber(1)).nullish() }).nullish(),
  });
}

/** Width of the soft edge of a blend, in pixels. */
const blend = optional(wholeNumber(0, 64), 0);

/** The fields of SourceInput. @param grid The model's grid. */
export function sourceShape(grid: Grid, vocabulary: number) {
  const most = cellCount(grid) - 1;
  const allowed = `1 to ${most} cells, so that part of the picture is redrawn and part is kept`;
  return z.object({
    inpaint: z.object({ blend }).nullish(),
    outpaint: z.object({ width: wholeNumber(1, grid.width), height: wholeNumber(1, grid.height) }).nullish(),
    tokens: z
      .object({
        positions: cells(grid).max(most, `at most ${most} cells, so that at least one is left to draw`),
        tokens: z.array(wholeNumber(0, vocabulary - 1)),
      })
      .nullish(),
    redraw: z.object({ cells: cells(grid).min(1, allowed).max(most, allowed) }).nullish(),
  });
}
