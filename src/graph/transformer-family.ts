import { isRar, rarPrecision, readRar, type RarWeights } from './rar-weights.js';
import {
  isRandar,
  precisionOf,
  readTransformer,
  type Precision,
  type TransformerWeights,
} from './transformer-weights.js';
import type { ParameterReader } from '../checkpoint/parameters.js';

/** A transformer of any family that can be served. */
export type AnyTransformer = TransformerWeights | RarWeights;
export type TransformerFamily = AnyTransformer['family'];

export const transformerFamilies = ['randar', 'rar'] as const satisfies readonly TransformerFamily[];

/** What families are called in messages. */
export const familyNames: Record<TransformerFamily, string> = { randar: 'RandAR', rar: 'RAR' };

/** The family that names of parameters tell. */
export function transformerFamilyOf(names: Iterable<string>): TransformerFamily | undefined {
  const all = [...names];
  if (isRandar(all)) return 'randar';
  return isRar(all) ? 'rar' : undefined;
}

/**
 * @param heads where they do not follow from the parameters
 * @throws CheckpointError that names every missing, misshapen and unexpected parameter
 */
export function readFamily(family: TransformerFamily, reader: ParameterReader, heads: number): AnyTransformer {
  return family === 'rar' ? readRar(reader) : readTransformer(reader, heads);
}

export function storedPrecision(weights: AnyTransformer): Precision {
  return weights.family === 'rar' ? rarPrecision(weights) : precisionOf(weights);
}
