import { join } from 'node:path';
import { ParameterReader } from '../checkpoint/parameters.js';
import { openSafetensors } from '../checkpoint/safetensors-file.js';
import { fileSource } from '../checkpoint/source.js';
import { readFamily } from '../graph/transformer-family.js';
import type { TransformerShape } from '../graph/transformer-weights.js';
import type { Manifest } from './manifest.js';

/** Of this many parameters at the most a model is small: 64 MB in fp32, and its products are small in any precision. */
const smallModel = 16e6;

export function isSmall({ parameters }: Pick<TransformerShape, 'parameters'>): boolean {
  return parameters <= smallModel;
}

/** The same of a model that is not loaded: the head of its file tells. @throws CheckpointError */
export async function isSmallModel({
  family,
  folder,
  transformer,
}: Pick<Manifest, 'family' | 'folder' | 'transformer'>): Promise<boolean> {
  const path = join(folder, transformer.file);
  const file = await openSafetensors(await fileSource(path));
  try {
    return isSmall(readFamily(family, new ParameterReader(path, file.tensors), transformer.heads).shape);
  } finally {
    await file.close();
  }
}
