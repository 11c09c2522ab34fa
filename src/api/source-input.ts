import { cellCount, unknownToken, type Grid } from '../decoding/grid.js';
import type { Engine } from '../engine/engine.js';
import type { ServedModel } from '../engine/served-model.js';
import type { Overlay } from '../generation/picture.js';
import { decodeImage, ImageError, type Fit, type FittedImage } from '../image/decode.js';
import { decodeMask, type Mask } from '../image/mask.js';
import { softAlpha } from '../image/overlay.js';
import { imageFits } from './enums.js';
import type {
  ImageFit,
  ImageInput,
  InpaintInput,
  KnownTokensInput,
  OutpaintInput,
  RedrawInput,
  SourceInput,
} from './generated/resolvers.js';
import { readImageInput } from './image-input.js';
import { BadInputError, type Problems } from './problems.js';

/** What a picture starts from. */
export interface Source {
  /** Row by row of the model's grid; -1 for a cell that is to be drawn. */
  readonly known: Int32Array;
  readonly overlay?: Overlay;
}

/**
 * The tokens that a generation starts from; pictures are encoded by the model's tokenizer.
 *
 * @returns undefined where there is no source, or something is wrong with it
 */
export async function parseSource(
  input: SourceInput | null | undefined,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  if (!input) return undefined;
  if (input.inpaint) return parseInpaint('input.source.inpaint', input.inpaint, model, engine, problems);
  if (input.outpaint) return parseOutpaint('input.source.outpaint', input.outpaint, model, engine, problems);
  if (input.tokens) return parseTokens('input.source.tokens', input.tokens, model, problems);
  return parseRedraw('input.source.redraw', input.redraw, model, engine, problems);
}

const maxSoftness = 64;

async function parseInpaint(
  field: string,
  { image, mask, fit, blend }: InpaintInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  const { grid } = model.manifest;
  const softness = problems.wholeNumber(`${field}.blend`, blend ?? 0, 0, maxSoftness);
  const size = pixelsOf(grid, model);
  const fitted = await readFitted(`${field}.image`, image, size, fit);
  const painted = await readMask(`${field}.mask`, mask, fitted);
  const drawn = cellsTouched(painted, grid, model.tokenizer.factor);
  if (drawn.size === 0) {
    problems.add(
      `${field}.mask`,
      `Expected \`${field}.mask\` to have white (or opaque) parts, which are drawn anew; it has none.`,
    );
    return undefined;
  }
  if (drawn.size === cellCount(grid)) {
    problems.add(`${field}.mask`, `Expected \`${field}.mask\` to leave some of the picture; it covers all of it.`);
    return undefined;
  }
  const tokens = await engine.encodeImage(model, fitted);
  const known = tokens.map((token, cell) => (drawn.has(cell) ? unknownToken : token));
  if (typeof blend !== 'number') return { known };
  return { known, overlay: { pixels: fitted.pixels, alpha: softAlpha(painted, softness) } };
}

async function parseOutpaint(
  field: string,
  { image, x, y, width, height, fit }: OutpaintInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  const { grid } = model.manifest;
  const before = problems.count;
  problems.wholeNumber(`${field}.width`, width, 1, grid.width);
  problems.wholeNumber(`${field}.height`, height, 1, grid.height);
  problems.wholeNumber(`${field}.x`, x, 0, Math.max(0, grid.width - width));
  problems.wholeNumber(`${field}.y`, y, 0, Math.max(0, grid.height - height));
  if (width === grid.width && height === grid.height) {
    problems.add(
      `${field}.width`,
      `Expected \`${field}\` to leave cells around the image: ${width} x ${height} cells are the whole picture.`,
    );
  }
  if (problems.count > before) return undefined;
  const part = { width, height };
  const fitted = await readFitted(`${field}.image`, image, pixelsOf(part, model), fit);
  const outside = cellsOutside(fitted, part, model.tokenizer.factor);
  const tokens = await engine.encodeImage(model, fitted);
  const known = nothing(grid);
  for (const [cell, token] of tokens.entries()) {
    const [row, column] = [Math.floor(cell / width), cell % width];
    if (!outside.has(cell)) known[(y + row) * grid.width + x + column] = token;
  }
  if (known.some((token) => token !== unknownToken)) return { known };
  problems.add(`${field}.image`, `Expected \`${field}.image\` to fill at least one cell; with this fit it fills none.`);
  return undefined;
}

function parseTokens(
  field: string,
  { positions, tokens }: KnownTokensInput,
  model: ServedModel,
  problems: Problems,
): Source | undefined {
  const { grid } = model.manifest;
  const { vocabulary } = model.transformer.shape;
  const before = problems.count;
  parseCells(`${field}.positions`, positions, grid, problems);
  if (tokens.length !== positions.length) {
    problems.add(
      `${field}.tokens`,
      `Expected \`${field}.tokens\` to be as many as its positions, ${positions.length}, got ${tokens.length}.`,
    );
  }
  const wrong = tokens.find((token) => token < 0 || token >= vocabulary);
  if (wrong !== undefined) {
    problems.add(
      `${field}.tokens`,
      `Expected every one of \`${field}.tokens\` to be from 0 to ${vocabulary - 1}, got ${wrong}.`,
    );
  }
  if (positions.length === cellCount(grid)) {
    problems.add(`${field}.positions`, `Expected \`${field}.positions\` to leave a cell to draw; it has all of them.`);
  }
  if (problems.count > before) return undefined;
  const known = nothing(grid);
  for (const [i, cell] of positions.entries()) known[cell] = tokens[i] ?? unknownToken;
  return { known };
}

function parseRedraw(
  field: string,
  { generation: id, image, cells }: RedrawInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Source | undefined {
  const { grid } = model.manifest;
  const generation = engine.find(id);
  if (!generation) {
    problems.add(
      `${field}.generation`,
      `Expected \`${field}.generation\` to be a generation that this server keeps, got ${JSON.stringify(id)}.`,
    );
    return undefined;
  }
  const { request, status } = generation;
  const before = problems.count;
  if (status !== 'completed') {
    problems.add(`${field}.generation`, `Expected \`${field}.generation\` to be completed; it is ${status}.`);
  } else if (request.model !== model.id) {
    problems.add(
      `${field}.generation`,
      `Expected \`${field}.generation\` to be of model "${model.id}", whose tokens it takes; it is of "${request.model}".`,
    );
  } else if (request.width !== grid.width || request.height !== grid.height) {
    problems.add(
      `${field}.generation`,
      `Expected \`${field}.generation\` to have ${grid.width} x ${grid.height} cells; it has ${request.width} x ${request.height}.`,
    );
  }
  const index = problems.wholeNumber(`${field}.image`, image ?? 0, 0, request.count - 1);
  parseCells(`${field}.cells`, cells, grid, problems);
  if (cells.length === 0) {
    problems.add(`${field}.cells`, `Expected \`${field}.cells\` to have at least one cell to draw anew.`);
  }
  if (cells.length === cellCount(grid)) {
    problems.add(`${field}.cells`, `Expected \`${field}.cells\` to leave some of the picture; it has all of them.`);
  }
  if (problems.count > before) return undefined;
  const known = generation.tokens[index]?.slice() ?? nothing(grid);
  for (const cell of cells) known[cell] = unknownToken;
  return { known };
}

function parseCells(field: string, cells: readonly number[], grid: Grid, problems: Problems): void {
  const last = cellCount(grid) - 1;
  const wrong = cells.find((cell) => cell < 0 || cell > last);
  const seen = new Set<number>();
  const twice = cells.find((cell) => seen.size === seen.add(cell).size);
  if (wrong !== undefined) {
    problems.add(field, `Expected every one of \`${field}\` to be a cell from 0 to ${last}, got ${wrong}.`);
  } else if (twice !== undefined) {
    problems.add(field, `Expected every one of \`${field}\` once, got ${twice} twice.`);
  }
}

async function readFitted(
  field: string,
  input: ImageInput,
  size: { width: number; height: number },
  fit: ImageFit | null | undefined,
): Promise<FittedImage> {
  const as: Fit = imageFits[fit ?? 'COVER'];
  return orBadImage(field, input, async () => decodeImage(await readImageInput(field, input), { ...size, fit: as }));
}

async function readMask(field: string, input: ImageInput, fitted: FittedImage): Promise<Mask> {
  return orBadImage(field, input, async () => decodeMask(await readImageInput(field, input), fitted));
}

/** Says which field an image that cannot be read came in. */
export async function orBadImage<T>(field: string, input: ImageInput, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const path = `${field}.${typeof input.dataUri === 'string' ? 'dataUri' : 'upload'}`;
    throw new BadInputError([{ field: path, message: `Expected \`${path}\` to be an image: ${error.message}.` }]);
  }
}

function pixelsOf({ width, height }: Grid, { tokenizer: { factor } }: ServedModel): { width: number; height: number } {
  return { width: width * factor, height: height * factor };
}

function nothing(grid: Grid): Int32Array {
  return new Int32Array(cellCount(grid)).fill(unknownToken);
}

/** Every cell of which a pixel is painted. */
function cellsTouched({ painted, width }: Mask, grid: Grid, factor: number): Set<number> {
  const touched = new Set<number>();
  for (const [at, isPainted] of painted.entries()) {
    if (isPainted === 0) continue;
    const [row, column] = [Math.floor(at / width), at % width];
    touched.add(Math.floor(row / factor) * grid.width + Math.floor(column / factor));
  }
  return touched;
}

/** Every cell that the image does not fill. */
function cellsOutside({ inside }: FittedImage, grid: Grid, factor: number): Set<number> {
  const outside = new Set<number>();
  for (let cell = 0; cell < cellCount(grid); cell++) {
    const left = (cell % grid.width) * factor;
    const top = Math.floor(cell / grid.width) * factor;
    const isFilled =
      left >= inside.left &&
      top >= inside.top &&
      left + factor <= inside.left + inside.width &&
      top + factor <= inside.top + inside.height;
    if (!isFilled) outside.add(cell);
  }
  return outside;
}
