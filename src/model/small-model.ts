import { join } from 'node:path';
import { ParameterReader } from '../checkpoint/parameters.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import { readFamily } from '../graph/transformer-family.js';
import { isSmall } from '../graph/transformer-shape.js';
import type { Manifest } from './manifest.js';

/** Whether a model that is not loaded is small: the head of its file tells. @throws CheckpointError */
export async function isSmallModel({
  family,
  folder,
  transformer,
}: Pick<Manifest, 'family' | 'folder' | 'transformer'>): Promise<boolean> {
  const path = join(folder, transformer.file);
  return withSafetensors(path, (file) => {
    return isSmall(readFamily(family, new ParameterReader(path, file.tensors), transformer.heads).shape);
  });
}
