import { quote } from '../checkpoint/checkpoint-error.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import { eachFamily, recogniseFamily, type FamilyId } from '../family/families.js';
import type { ModelFamily, StatedSize } from '../family/model-family.js';
import { ImportError } from './import-options.js';

/** What must be known of a transformer before its parameters are read, and need not follow from their shapes. */

/** Of the released models, whose files may not state it. */
const usualCells = 256;

/** @throws ImportError where the names of the parameters tell none */
export function familyOf({ file, tensors }: WeightFile): ModelFamily<FamilyId> {
  const family = recogniseFamily(tensors.keys());
  if (family) return family;
  const some = [...tensors.keys()].slice(0, 5).map(quote).join(', ');
  const signatures = eachFamily(({ signature, title }) => `${signature} (${title})`, 'nor');
  throw new ImportError(
    `--transformer: ${file} is not a supported transformer: it has neither ${signatures}; it contains ${some} ...`,
  );
}

/** Attention heads, where a file states them. They may be no whole number. */
export function statedHeads(file: WeightFile): StatedSize | undefined {
  const { dimension, headDimension } = familyOf(file).statedSizes(file.tensors);
  if (dimension === undefined || headDimension === undefined) return undefined;
  return { value: dimension / headDimension.value, by: headDimension.by };
}

/** Cells of a picture, where a file states them. */
export function statedCells(file: WeightFile): StatedSize | undefined {
  return familyOf(file).statedSizes(file.tensors).cells;
}

/** @param given a number that need not follow from the file */
export function headsOf(weights: WeightFile, given?: number): number {
  const { file, tensors } = weights;
  const stated = statedHeads(weights);
  const known = knownHeads(weights);
  if (given !== undefined && (stated === undefined || given === known)) return given;
  if (given !== undefined && stated !== undefined) {
    throw new ImportError(
      `--heads: ${stated.by} of ${file} implies ${stated.value} attention heads, got ${given}: omit the option`,
    );
  }
  if (known !== undefined) return known;
  const { usualHeadDimension, statedSizes } = familyOf(weights);
  const { dimension, headDimension } = statedSizes(tensors);
  // The parameters are read next, and name what is missing.
  if (dimension === undefined || usualHeadDimension === undefined) return 1;
  throw new ImportError(
    `--heads: ${file} has a width of ${dimension}, which is not a multiple of ` +
      `${headDimension?.value ?? usualHeadDimension}: pass the number of attention heads`,
  );
}

/** The number of attention heads, where it follows from the file. */
export function knownHeads(weights: WeightFile): number | undefined {
  const { usualHeadDimension = NaN, statedSizes } = familyOf(weights);
  const { dimension = NaN } = statedSizes(weights.tensors);
  const heads = statedHeads(weights)?.value ?? dimension / usualHeadDimension;
  return Number.isInteger(heads) ? heads : undefined;
}

/** @param given a grid that need not follow from the file */
export function gridOf(weights: WeightFile, given?: Grid): Grid {
  const { file } = weights;
  const stated = statedCells(weights);
  if (given) {
    if (stated === undefined || cellCount(given) === stated.value) return given;
    const { width, height } = given;
    throw new ImportError(
      `--grid: ${stated.by} of ${file} implies ${stated.value} cells, got ${width}x${height} = ${cellCount(given)}`,
    );
  }
  const cells = stated?.value ?? usualCells;
  const square = squareOf(cells);
  if (square) return square;
  throw new ImportError(
    `--grid: ${file} has ${cells} cells, which is not a square number: pass width and height, such as 16x16`,
  );
}

/** The grid, where it follows from the file: a square. */
export function knownGrid(weights: WeightFile): Grid | undefined {
  return squareOf(statedCells(weights)?.value ?? usualCells);
}

function squareOf(cells: number): Grid | undefined {
  const side = Math.sqrt(cells);
  return Number.isInteger(side) ? { width: side, height: side } : undefined;
}
