import { quote } from '../checkpoint/checkpoint-error.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import { transformerFamilyOf, type TransformerFamily } from '../graph/transformer-family.js';
import { ImportError } from './import-options.js';

/** What must be known of a transformer before its parameters are read, and need not follow from their shapes. */

/** Every number of attention heads that released checkpoints of RandAR have follows from this. */
const usualHeadDimension = 64;
/** Of the released models, whose files may not say it. */
const usualCells = 256;

export function isTransformer({ tensors }: WeightFile): boolean {
  return transformerFamilyOf(tensors.keys()) !== undefined;
}

/** @throws ImportError where the names of the parameters tell none */
export function familyOf({ file, tensors }: WeightFile): TransformerFamily {
  const family = transformerFamilyOf(tensors.keys());
  if (family) return family;
  const some = [...tensors.keys()].slice(0, 5).map(quote).join(', ');
  throw new ImportError(
    `--transformer: ${file} is no transformer of a known family: it has neither tok_embeddings.weight of RandAR nor ` +
      `target_aware_pos_embed of RAR; it holds ${some} ...`,
  );
}

/** A size that a file says, and the parameter that says it. */
interface Said {
  readonly value: number;
  readonly by: string;
}

/** Attention heads, where a file says them. They may be no whole number. */
export function saidHeads({ tensors }: WeightFile): Said | undefined {
  const said = (by: string, dimension?: number, headDimension?: number): Said | undefined =>
    dimension === undefined || !headDimension ? undefined : { value: dimension / headDimension, by };
  if (transformerFamilyOf(tensors.keys()) === 'rar') {
    const by = 'blocks.0.attn.q_norm.weight';
    return said(by, tensors.get('embeddings.weight')?.shape[1], tensors.get(by)?.shape[0]);
  }
  return said('freqs_cis', tensors.get('tok_embeddings.weight')?.shape[1], rotationOf(tensors)?.headDimension);
}

/** Cells of a picture, where a file says them. */
export function saidCells({ tensors }: WeightFile): Said | undefined {
  if (transformerFamilyOf(tensors.keys()) === 'rar') {
    // The table has 1,024 rows more: modeling/rar.py.
    const cells = (tensors.get('pos_embed')?.shape[1] ?? 0) - 1024;
    return cells > 0 ? { value: cells, by: 'pos_embed' } : undefined;
  }
  const cells = rotationOf(tensors)?.cells;
  return cells === undefined ? undefined : { value: cells, by: 'freqs_cis' };
}

/** @param given a number that need not follow from the file */
export function headsOf(weights: WeightFile, given?: number): number {
  const { file, tensors } = weights;
  const said = saidHeads(weights);
  const known = knownHeads(weights);
  if (given !== undefined && (said === undefined || given === known)) return given;
  if (given !== undefined && said !== undefined) {
    throw new ImportError(
      `--heads: ${said.by} of ${file} is for ${said.value} attention heads, got ${given}: leave it out`,
    );
  }
  if (known !== undefined) return known;
  // What RAR's file does not say is a problem of its parameters, which are read next.
  if (transformerFamilyOf(tensors.keys()) === 'rar') return 1;
  const [, dimension = NaN] = tensors.get('tok_embeddings.weight')?.shape ?? [];
  const each = rotationOf(tensors)?.headDimension ?? usualHeadDimension;
  throw new ImportError(
    Number.isNaN(dimension)
      ? `--transformer: ${file} is no RandAR transformer: it has no tok_embeddings.weight of two dimensions`
      : `--heads: ${file} has rows of ${dimension} numbers, which is no multiple of ${each}: say how many attention ` +
          `heads there are`,
  );
}

/** The number of attention heads, where it follows from the file. */
export function knownHeads(weights: WeightFile): number | undefined {
  const [, dimension = NaN] = weights.tensors.get('tok_embeddings.weight')?.shape ?? [];
  const heads = saidHeads(weights)?.value ?? dimension / usualHeadDimension;
  return Number.isInteger(heads) ? heads : undefined;
}

/** @param given a grid that need not follow from the file */
export function gridOf(weights: WeightFile, given?: Grid): Grid {
  const { file } = weights;
  const said = saidCells(weights);
  if (given) {
    if (said === undefined || cellCount(given) === said.value) return given;
    const { width, height } = given;
    throw new ImportError(
      `--grid: ${said.by} of ${file} is for ${said.value} cells, got ${width}x${height} of ${cellCount(given)}`,
    );
  }
  const known = knownGrid(weights);
  if (known) return known;
  throw new ImportError(
    `--grid: ${file} is for ${said?.value} cells, which is no square: say its width and height, as 16x16`,
  );
}

/** The grid, where it follows from the file: a square. */
export function knownGrid(weights: WeightFile): Grid | undefined {
  const side = Math.sqrt(saidCells(weights)?.value ?? usualCells);
  return Number.isInteger(side) ? { width: side, height: side } : undefined;
}

/** What RandAR's freqs_cis says, where a file holds it: [1 + cells, headDimension / 2, 2]. */
function rotationOf(tensors: WeightFile['tensors']): { cells: number; headDimension: number } | undefined {
  const [rows = 0, pairs = 0, two] = tensors.get('freqs_cis')?.shape ?? [];
  return two === 2 && rows > 1 && pairs > 0 ? { cells: rows - 1, headDimension: 2 * pairs } : undefined;
}
