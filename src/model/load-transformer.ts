import { join } from 'node:path';
import type { TransformerFamily } from '../graph/transformer-family.js';
import type { Manifest } from './manifest.js';
import { loadRandar } from './randar-transformer.js';
import { loadRar } from './rar-transformer.js';
import type { StepSessionOptions } from '../runtime/step-session.js';
import type { Transformer } from './transformer.js';

const loaders: Record<TransformerFamily, typeof loadRandar | typeof loadRar> = { randar: loadRandar, rar: loadRar };

/** Loads the transformer of a model, whichever its family. @throws CheckpointError */
export function loadTransformer(
  { family, folder, transformer, grid }: Pick<Manifest, 'family' | 'folder' | 'transformer' | 'grid'>,
  options: StepSessionOptions,
): Promise<Transformer> {
  return loaders[family](join(folder, transformer.file), transformer.heads, grid, options);
}
