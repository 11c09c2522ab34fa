import type { TokenizerFamily } from '../graph/tokenizer-weights.js';
import { CudaLibraryError, missingFor, type CudaLibraries } from '../runtime/cuda/libraries.js';
import { findLibrariesHere } from '../runtime/cuda/library-places.js';
import { openCuda } from '../runtime/cuda/open-cuda.js';
import { graphsOnDevice } from '../runtime/device/device-session.js';
import { OrtError } from '../runtime/device/ort-api.js';
import { cpu, deviceName, traitsOf, type Device } from '../runtime/device.js';
import { graphsOnHost } from '../runtime/graph-session.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';

export interface PlacedTokenizer {
  readonly tokenizer: Tokenizer;
  /** Where it computes pixels. */
  readonly device: Device;
  /** Why it computes them on the CPU, if steps are decoded on a GPU. */
  readonly whyNotOnGpu: string | undefined;
  close(): Promise<void>;
}

/**
 * Loads a tokenizer on the device that decodes the steps, or on the CPU if that device cannot render: CUDA without a
 * working cuDNN, and WebGPU, which one thread has for itself.
 *
 * @throws CheckpointError if the weights cannot be used.
 */
export async function placeTokenizer(
  path: string,
  family: TokenizerFamily,
  device: Device,
  libraries: () => CudaLibraries = () => findLibrariesHere(process.env),
): Promise<PlacedTokenizer> {
  const { decodesOnDevice, isForOneThread } = traitsOf(device);
  if (!decodesOnDevice) {
    return onCpu(path, family, isForOneThread ? `only one thread may use ${deviceName(device)}` : undefined);
  }
  const found = libraries();
  const missing = missingFor('pixels', found);
  if (missing.length > 0) {
    const lack = missing.map(({ name }) => `no ${name}`).join(', ');
    return onCpu(path, family, `${lack}; npx randar setup-cuda --pixels`);
  }
  try {
    return await onGpu(path, family, device, found);
  } catch (error) {
    if (!(error instanceof OrtError || error instanceof CudaLibraryError)) throw error;
    return onCpu(path, family, reasonOf(error));
  }
}

/** One line, less the place in ONNX Runtime's source, which goes before its code. */
function reasonOf({ message }: Error): string {
  const [line = ''] = message.split('\n');
  return line.replace(/^.*\[ONNXRuntimeError\] : \d+ : \w+ : /, '');
}

async function onCpu(path: string, family: TokenizerFamily, whyNotOnGpu?: string): Promise<PlacedTokenizer> {
  // Rendering is less urgent than decoding: a single thread that never spins leaves the cores to the steps.
  const tokenizer = await loadTokenizer(path, graphsOnHost({ device: cpu, threads: 1, spinning: false }), family);
  return { tokenizer, device: cpu, whyNotOnGpu, close: () => tokenizer.close() };
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
    return { tokenizer, device, whyNotOnGpu: undefined, close };
  } catch (error) {
    await close();
    throw error;
  }
}
