import { CheckpointError, quote } from './checkpoint-error.js';
import { floats, isFloatType } from './floats.js';
import type { Parameter } from './parameters.js';
import type { WeightFile } from './weight-file.js';

/** The numbers of a parameter as fp32, row-major. @throws CheckpointError where it holds no floats */
export async function readFloats(file: WeightFile, { name, dtype }: Parameter): Promise<Float32Array<ArrayBuffer>> {
  if (!isFloatType(dtype)) throw new CheckpointError(`${file.file}: ${quote(name)} has type ${dtype}, floats expected`);
  return floats(dtype, await file.bytes(name));
}
