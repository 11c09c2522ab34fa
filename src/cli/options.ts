import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, Option } from 'commander';
import { cpu, DeviceError, parseDevice, type Device } from '../runtime/device.js';

/** Options shared by several commands. */
export interface ModelOptions {
  readonly model?: string;
  readonly models: string;
  readonly device: Device;
  readonly floats: boolean;
}

const builtInModels = fileURLToPath(new URL('../../models', import.meta.url));

export function modelsOption(): Option {
  return new Option('--models <directory>', 'directory of models').default(builtInModels, 'the built-in models');
}

export function floatsOption(): Option {
  return new Option('--floats', 'use float weights for models that also have int8 weights: exact but slower').default(
    false,
  );
}

export const modelOptions = (): Option[] => [
  new Option('--model <id>', 'default model (default: the first by name)'),
  modelsOption(),
  new Option('--device <device>', 'device to run on: cpu, cuda, cuda:N or webgpu')
    .default(cpu, 'cpu')
    .argParser(device),
  floatsOption(),
];

function device(text: string): Device {
  try {
    return parseDevice(text);
  } catch (error) {
    if (error instanceof DeviceError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** A quarter of the memory available to this process, in bytes. */
export function memoryByDefault(): number {
  const allowed = process.constrainedMemory();
  return (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()) / 4;
}

/** Accepts any number; the range depends on the model and is checked later. */
export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

/** Parses a whole number from min to max. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Reports an error that nobody is waiting for on standard error. */
export function report(error: unknown): void {
  process.stderr.write(`randar: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
