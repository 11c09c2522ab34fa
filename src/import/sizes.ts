import { quote } from '../checkpoint/checkpoint-error.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import { eachFamily, recogniseFamily, type FamilyId } from '../family/families.js';
import type { ModelFamily, StatedSize } from '../family/model-family.js';
import { ImportError } from './import-options.js';

/** Sizes that must be known before a transformer's parameters are read, and do not always follow from their shapes. */

/** The value of all released models, whose files may not state it. */
const usualCells = 256;

/** @throws ImportError if the parameter names match no family. */
export function familyOf({ file, tensors }: WeightFile): ModelFamily<FamilyId> {
  const family = recogniseFamily(tensors.keys());
  if (family) return family;
  const some = [...tensors.keys()].slice(0, 5).map(quote).join(', ');
  const signatures = eachFamily(({ signature, title }) => `${signature} (${title})`, 'nor');
  throw new ImportError(
    `--transformer: ${file} is not a supported transformer: it has neither ${signatures}; it contains ${some} ...`,
  );
}

/** The number of attention heads stated in a file; may not be an integer. */
export function statedHeads(file: WeightFile): StatedSize | undefined {
  const { dimension, headDimension } = familyOf(file).statedSizes(file.tensors);
  if (dimension === undefined || headDimension === undefined) return undefined;
  return { value: dimension / headDimension.value, by: headDimension.by };
}

/** The number of cells stated in a file. */
export function statedCells(file: WeightFile): StatedSize | undefined {
  return familyOf(file).statedSizes(file.tensors).cells;
}

/** @param given The number of heads from the command line. */
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
  // A parameter is missing; reading the parameters will report it.
  if (dimension === undefined || usualHeadDimension === undefined) return 1;
  throw new ImportError(
    `--heads: ${file} has a width of ${dimension}, which is not a multiple of ` +
      `${headDimension?.value ?? usualHeadDimension}: pass the number of attention heads`,
  );
}

/** The number of attention heads, if it follows from the file. */
export function knownHeads(weights: WeightFile): number | undefined {
  const { usualHeadDimension = NaN, statedSizes } = familyOf(weights);
  const { dimension = NaN } = statedSizes(weights.tensors);
  const heads = statedHeads(weights)?.value ?? dimension / usualHeadDimension;
  return Number.isInteger(heads) ? heads : undefined;
}

/** @param given The grid from the command line. */
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

/** The grid, if it follows from the file: a square. */
export function knownGrid(weights: WeightFile): Grid | undefined {
  return squareOf(statedCells(weights)?.value ?? usualCells);
}

function squareOf(cells: number): Grid | undefined {
  const side = Math.sqrt(cells);
  return Number.isInteger(side) ? { width: side, height: side } : undefined;
}
