import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { ParameterReader } from '../checkpoint/parameters.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';
import type { PatchTable } from './patches.js';

/**
 * Stores a patch table as a safetensors file with one tensor, since building one takes minutes for a large codebook.
 */
export async function writePatches(file: string, { vocabulary, factor, pixels }: PatchTable): Promise<void> {
  const tensor = { name, dtype: 'U8', shape: shapeOf(vocabulary, factor) } as const;
  await writeSafetensors(file, [tensor], () => Promise.resolve(pixels));
}

/** @throws CheckpointError if the file is broken or belongs to another tokenizer. */
export async function readPatches(
  path: string,
  { vocabulary, factor }: Pick<PatchTable, 'vocabulary' | 'factor'>,
): Promise<PatchTable> {
  try {
    return await withSafetensors(path, async (file) => {
      const reader = new ParameterReader(path, file.tensors);
      reader.take(name, shapeOf(vocabulary, factor), ['U8']);
      reader.finish();
      return { vocabulary, factor, pixels: await file.bytes(name) };
    });
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${error.message}; remove it from model.json to have the table rebuilt`, {
      cause: error,
    });
  }
}

const name = 'patches';

function shapeOf(vocabulary: number, factor: number): readonly number[] {
  return [vocabulary, factor, factor, 3];
}
