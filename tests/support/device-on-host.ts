import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DeviceTransformerOptions } from '../../src/family/device-transformer.js';
import { loadKoffi } from '../../src/runtime/cuda/load-libraries.js';
import { openOrt } from '../../src/runtime/device/ort-api.js';

/** Why the graphs of a device cannot be run here; undefined if they can. */
export const noDeviceOnHost =
  process.platform === 'linux' && process.arch === 'x64'
    ? undefined
    : `ONNX Runtime's C API is tested on Linux x64 only, not on ${process.platform} ${process.arch}.`;
if (noDeviceOnHost) console.warn(`${noDeviceOnHost} Tests of device sessions are left out.`);

/**
 * The host as a device: the same graphs, bindings and caches as on a GPU, run by the CPU provider in fp32, with attention
 * spelled in standard operators.
 */
export async function deviceOnHost(): Promise<DeviceTransformerOptions & { readonly close: () => void }> {
  const koffi = await loadKoffi();
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const path = join(folder, 'bin/napi-v6/linux/x64/libonnxruntime.so.1');
  const api = openOrt({ koffi, library: koffi.load(path), path });
  const env = api.make('CreateEnv', 4, 'randar');
  return {
    api,
    env,
    cuda: undefined,
    floatType: 'F32',
    spelled: true,
    blocks: () => 64,
    close: () => api.release('ReleaseEnv', env),
  };
}
