import type { TokenizerFamily } from '../graph/tokenizer-weights.js';
import { CudaLibraryError, missingFor, type CudaLibraries } from '../runtime/cuda/libraries.js';
import { findLibrariesHere } from '../runtime/cuda/library-places.js';
import { openCuda } from '../runtime/cuda/open-cuda.js';
import { graphsOnDevice } from '../runtime/device/device-session.js';
import { OrtError } from '../runtime/device/ort-api.js';
import { cpu, traitsOf, type Device } from '../runtime/device.js';
import { graphsOnHost } from '../runtime/graph-session.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';

export interface PlacedTokenizer {
  readonly tokenizer: Tokenizer;
  /** Where it computes pixels. */
  readonly device: Device;
  /** Why it computes them on the CPU although steps are decoded on a GPU. */
  readonly whyNotOnGpu?: string;
  close(): Promise<void>;
}

/**
 * A tokenizer on the device that decodes the steps; on the CPU where that is a GPU without cuDNN, or one whose cuDNN does
 * not work.
 *
 * @throws CheckpointError; DeviceError
 */
export async function placeTokenizer(
  path: string,
  family: TokenizerFamily,
  device: Device,
  libraries: () => CudaLibraries = () => findLibrariesHere(process.env),
): Promise<PlacedTokenizer> {
  if (!traitsOf(device).decodesOnDevice) return onHost(path, family, device);
  const found = libraries();
  const missing = missingFor('pixels', found);
  if (missing.length > 0) {
    const lack = missing.map(({ name }) => `no ${name}`).join(', ');
    return { ...(await onHost(path, family, cpu)), whyNotOnGpu: `${lack}; npx randar setup-cuda --pixels` };
  }
  try {
    return await onGpu(path, family, device, found);
  } catch (error) {
    if (!(error instanceof OrtError || error instanceof CudaLibraryError)) throw error;
    return { ...(await onHost(path, family, cpu)), whyNotOnGpu: reasonOf(error) };
  }
}

/** One line, less the place in ONNX Runtime's source, which goes before its code. */
function reasonOf({ message }: Error): string {
  const [line = ''] = message.split('\n');
  return line.replace(/^.*\[ONNXRuntimeError\] : \d+ : \w+ : /, '');
}

async function onHost(path: string, family: TokenizerFamily, device: Device): Promise<PlacedTokenizer> {
  // Decoding pictures is beside the point of a step's speed: one thread that never spins leaves the cores to the steps.
  const tokenizer = await loadTokenizer(path, graphsOnHost({ device, threads: 1, spinning: false }), family);
  return { tokenizer, device, close: () => tokenizer.close() };
}

async function onGpu(
  path: string,
  family: TokenizerFamily,
  device: Device,
  libraries: CudaLibraries,
): Promise<PlacedTokenizer> {
  const cuda = await openCuda(device.index, libraries);
  let tokenizer: Tokenizer | undefined;
  const close = async () => {
    await tokenizer?.close();
    cuda.close();
  };
  try {
    tokenizer = await loadTokenizer(path, graphsOnDevice({ api: cuda.api, env: cuda.env, cuda }), family);
    // cuDNN is called for the first time by a run, and one of another version fails there.
    await tokenizer.decode(Int32Array.of(0), { width: 1, height: 1 });
    return { tokenizer, device, close };
  } catch (error) {
    await close();
    throw error;
  }
}
