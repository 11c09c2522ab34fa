import { allCells, cellsInside, cellsTouched, placedCell } from '../../decoding/cells.js';
import { cellCount, unknownToken, type Grid } from '../../decoding/grid.js';
import { unknownTokens } from '../../decoding/known.js';
import type { Engine } from '../../engine/engine.js';
import type { ServedModel } from '../../engine/served-model.js';
import type { Generation } from '../../generation/generation.js';
import type { Overlay } from '../../generation/picture.js';
import { decodeImage, type FittedImage } from '../../image/decode.js';
import { decodeMask } from '../../image/mask.js';
import { softAlpha } from '../../image/overlay.js';
import { imageFits } from '../enums.js';
import type {
  InpaintInput,
  KnownTokensInput,
  OutpaintInput,
  RedrawInput,
  SourceInput,
} from '../generated/resolvers.js';
import { intAt, numberAt } from '../../numbers/at.js';
import { readImage } from './image.js';
import type { Problems } from './problems.js';
import { sourceShape, wholeNumber } from './shapes.js';

/** A parsed source. */
export interface Source {
  /** Cells whose tokens are known. */
  readonly known: ReadonlySet<number>;
  /** Encodes the pictures, so call it only once everything else is valid. */
  readonly read: () => Promise<KnownPicture>;
}

export interface KnownPicture {
  /** In the model's grid, row by row; unknownToken for cells to draw. */
  readonly known: Int32Array;
  readonly overlay?: Overlay;
}

/** @returns undefined if the source is invalid. */
export async function parseSource(
  input: SourceInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  const { manifest, transformer } = model;
  const shape = sourceShape(manifest.grid, transformer.shape.vocabulary);
  const checked = problems.check('input.source', shape, input);
  const source = await parseKind(input, model, engine, problems);
  return checked && source;
}

async function parseKind(
  input: SourceInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  if (input.inpaint) return parseInpaint('input.source.inpaint', input.inpaint, model, engine, problems);
  if (input.outpaint) return parseOutpaint('input.source.outpaint', input.outpaint, model, engine, problems);
  if (input.tokens) return parseTokens('input.source.tokens', input.tokens, model.manifest.grid, problems);
  return parseRedraw('input.source.redraw', input.redraw, model, engine, problems);
}

async function parseInpaint(
  field: string,
  { image, mask, fit, blend }: InpaintInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  const { grid } = model.manifest;
  const size = { ...engine.pictureSize({ model: model.id, ...grid }), fit: imageFits[fit ?? 'COVER'] };
  const fitted = await readImage(`${field}.image`, image, problems, (bytes) => decodeImage(bytes, size));
  // A mask is fitted like its image. If the image is unreadable, only check that the mask is an image.
  const painted = await readImage(`${field}.mask`, mask, problems, async (bytes) => {
    if (fitted) return decodeMask(bytes, fitted);
    await decodeImage(bytes, size);
    return undefined;
  });
  if (!fitted || !painted) return undefined;
  const drawn = cellsTouched(painted.painted, grid, model.tokenizer.factor);
  if (drawn.size === 0) {
    problems.add(`${field}.mask`, 'to have white (or opaque) parts, which are redrawn; it has none.');
    return undefined;
  }
  if (drawn.size === cellCount(grid)) {
    problems.add(`${field}.mask`, 'to leave part of the picture unmasked; it covers all of it.');
    return undefined;
  }
  return {
    known: new Set(allCells(grid).filter((cell) => !drawn.has(cell))),
    read: async () => {
      const tokens = await engine.encodeImage(model, fitted);
      const known = tokens.map((token, cell) => (drawn.has(cell) ? unknownToken : token));
      if (typeof blend !== 'number') return { known };
      return { known, overlay: { pixels: fitted.pixels, alpha: softAlpha(painted, blend) } };
    },
  };
}

async function parseOutpaint(
  field: string,
  { image, fit, ...place }: OutpaintInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<Source | undefined> {
  const { grid } = model.manifest;
  const isPlaced = checkPlace(field, place, grid, problems);
  const part = isPlaced ? { width: place.width, height: place.height } : grid;
  const size = { ...engine.pictureSize({ model: model.id, ...part }), fit: imageFits[fit ?? 'COVER'] };
  const fitted = await readImage(`${field}.image`, image, problems, (bytes) => decodeImage(bytes, size));
  if (!isPlaced || !fitted) return undefined;
  const filled = cellsInside(fitted.inside, part, model.tokenizer.factor);
  if (filled.length === 0) {
    problems.add(`${field}.image`, 'to cover at least one cell; with this fit it covers none.');
    return undefined;
  }
  const placed = new Map(filled.map((cell) => [cell, placedCell(cell, part, place, grid)]));
  return {
    known: new Set(placed.values()),
    read: async () => ({ known: await placedTokens(fitted, placed, model, engine) }),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Checks that the placed image is inside the grid and leaves at least one cell free. Its width and height are checked
 * elsewhere.
 */
function checkPlace(field: string, { x, y, width, height }: Place, grid: Grid, problems: Problems): boolean {
  const before = problems.count;
  problems.check(`${field}.x`, wholeNumber(0, Math.max(0, grid.width - width)), x);
  problems.check(`${field}.y`, wholeNumber(0, Math.max(0, grid.height - height)), y);
  if (width === grid.width && height === grid.height) {
    const whole = `${width} x ${height} cells would be the whole picture`;
    problems.add(`${field}.width`, `to leave cells around the image: ${whole}.`);
  }
  const fits = Math.min(width, height) >= 1 && width <= grid.width && height <= grid.height;
  return fits && problems.count === before;
}

/** @param placed The cell of the grid for each cell of the image that is kept. */
async function placedTokens(
  image: FittedImage,
  placed: ReadonlyMap<number, number>,
  model: ServedModel,
  engine: Engine,
): Promise<Int32Array> {
  const tokens = await engine.encodeImage(model, image);
  const known = unknownTokens(model.manifest.grid);
  for (const [cell, place] of placed) known[place] = intAt(tokens, cell);
  return known;
}

function parseTokens(
  field: string,
  { positions, tokens }: KnownTokensInput,
  grid: Grid,
  problems: Problems,
): Source | undefined {
  if (tokens.length !== positions.length) {
    problems.add(`${field}.tokens`, `to have as many entries as positions, ${positions.length}, got ${tokens.length}.`);
    return undefined;
  }
  const known = unknownTokens(grid);
  for (const [i, cell] of positions.entries()) known[cell] = numberAt(tokens, i);
  return { known: new Set(positions), read: () => Promise.resolve({ known }) };
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
    problems.expected(`${field}.generation`, 'a generation that is still in memory', id);
    return undefined;
  }
  const why = whyNotRedrawn(generation, model);
  if (why) problems.add(`${field}.generation`, why);
  const last = generation.request.count - 1;
  const index = problems.check(`${field}.image`, wholeNumber(0, last), image ?? 0);
  const tokens = index === undefined ? undefined : generation.tokens[index];
  if (why || !tokens) return undefined;
  const drawn = new Set(cells);
  const known = tokens.map((token, cell) => (drawn.has(cell) ? unknownToken : token));
  return {
    known: new Set(allCells(grid).filter((cell) => !drawn.has(cell))),
    read: () => Promise.resolve({ known }),
  };
}

function whyNotRedrawn({ request, status }: Generation, { id, manifest: { grid } }: ServedModel): string | undefined {
  if (status !== 'completed') return `to be completed; it is ${status}.`;
  if (request.model !== id) return `to be of model "${id}", since tokens are reused; it is of "${request.model}".`;
  if (request.width === grid.width && request.height === grid.height) return undefined;
  return `to have ${grid.width} x ${grid.height} cells; it has ${request.width} x ${request.height}.`;
}
