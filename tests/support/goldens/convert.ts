import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWeights } from '../../../src/checkpoint/open-weights.js';
import { writeSafetensors } from '../../../src/checkpoint/write-safetensors.js';

export interface Converted {
  readonly folder: string;
  readonly path: string;
}

/** Converts a torch file to safetensors, which can be run, in a temporary folder. */
export async function asSafetensors(torchFile: string, name: string): Promise<Converted> {
  const folder = await mkdtemp(join(tmpdir(), 'randar-golden-'));
  const path = join(folder, name);
  const file = await openWeights(torchFile);
  try {
    const tensors = [...file.tensors].map(([tensor, { dtype, shape }]) => ({ name: tensor, dtype, shape }));
    await writeSafetensors(path, tensors, (tensor) => file.bytes(tensor.name));
  } finally {
    await file.close();
  }
  return { folder, path };
}
