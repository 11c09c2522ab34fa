import { expect } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { readWeights } from '../../src/checkpoint/open-weights.js';
import { memorySource, type Source } from '../../src/checkpoint/source.js';
import type { WeightFile } from '../../src/checkpoint/weight-file.js';

export const fileName = 'weights.bin';

const noSibling = (name: string): Promise<Source> => Promise.reject(new CheckpointError(`${name}: cannot be read`));

export const opened = (bytes: Uint8Array): Promise<WeightFile> => readWeights(memorySource(fileName, bytes), noSibling);

/** The type, shape and bytes of each tensor, by name. */
export async function contents(weights: WeightFile): Promise<Map<string, [string, readonly number[], number[]]>> {
  const all = new Map<string, [string, readonly number[], number[]]>();
  for (const [name, { dtype, shape }] of weights.tensors)
    all.set(name, [dtype, shape, [...(await weights.bytes(name))]]);
  return all;
}

/** The message of the CheckpointError that the action throws, without the file name it must start with. */
export async function complaint(action: () => Promise<unknown>, file = fileName): Promise<string> {
  const error: unknown = await action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  const { message, code } = error as CheckpointError;
  expect(code).toBe('BAD_CHECKPOINT');
  expect(message.startsWith(`${file}: `), message).toBe(true);
  return message.slice(file.length + 2);
}
