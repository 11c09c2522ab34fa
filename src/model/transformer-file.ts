import { join } from 'node:path';
import { ParameterReader } from '../checkpoint/parameters.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import { familyNamed } from '../family/families.js';
import type { FeatureEncoder, Transformer } from '../family/transformer.js';
import { isSmall } from '../graph/transformer-shape.js';
import type { SessionOptions } from '../runtime/session.js';
import type { StepSessionOptions } from '../runtime/step-session.js';
import type { Manifest } from './manifest.js';

/** @throws CheckpointError */
export function loadTransformer(
  { family, folder, transformer: { file, heads }, grid }: Pick<Manifest, 'family' | 'folder' | 'transformer' | 'grid'>,
  options: StepSessionOptions,
): Promise<Transformer> {
  return familyNamed(family).load(join(folder, file), heads, grid, options);
}

/** @throws CheckpointError; Error for a family without features, whose requests are rejected before they get here. */
export async function loadFeatures(
  { family, folder, transformer: { file, heads }, grid }: Pick<Manifest, 'family' | 'folder' | 'transformer' | 'grid'>,
  layer: number,
  options: SessionOptions,
): Promise<FeatureEncoder> {
  const { title, loadFeatureEncoder } = familyNamed(family);
  if (!loadFeatureEncoder) throw new Error(`${title} has no features`);
  return loadFeatureEncoder(join(folder, file), heads, grid, layer, options);
}

/** Whether a model is small, judging by the header of its file. @throws CheckpointError */
export async function isSmallModel({
  family,
  folder,
  transformer: { file, heads },
}: Pick<Manifest, 'family' | 'folder' | 'transformer'>): Promise<boolean> {
  const path = join(folder, file);
  return withSafetensors(path, ({ tensors }) =>
    isSmall(familyNamed(family).read(new ParameterReader(path, tensors), heads).shape),
  );
}
