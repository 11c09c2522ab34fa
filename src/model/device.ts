import type ort from 'onnxruntime-node';

/** Where the graphs run: an ONNX Runtime execution provider, with a number where there may be several. */
export interface Device {
  readonly provider: 'cpu' | 'cuda' | 'webgpu';
  readonly index: number;
}

export class DeviceError extends Error {
  readonly code = 'BAD_DEVICE';
  override readonly name = 'DeviceError';
}

/** @throws DeviceError for anything but cpu, cuda, cuda:N and webgpu. */
export function parseDevice(text: string): Device {
  const match = /^(cpu|webgpu|cuda(?::(\d{1,3}))?)$/.exec(text);
  if (!match) throw new DeviceError(`Expected cpu, cuda, cuda:N or webgpu, got "${text}".`);
  const provider = text.startsWith('cuda') ? 'cuda' : (text as 'cpu' | 'webgpu');
  return { provider, index: Number(match[2] ?? 0) };
}

export function deviceName({ provider, index }: Device): string {
  return provider === 'cuda' ? `cuda:${index}` : provider;
}

export function executionProvider({ provider, index }: Device): ort.InferenceSession.ExecutionProviderConfig {
  return provider === 'cuda' ? { name: 'cuda', deviceId: index } : provider;
}

const remedies: Record<Device['provider'], string> = {
  cpu: 'reinstall the dependencies with "npm ci"',
  cuda: 'it needs an NVIDIA driver, CUDA 12 with cuDNN 9, and the CUDA library of onnxruntime-node ("node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12")',
  webgpu: 'it needs a graphics card with a Vulkan, Metal or D3D12 driver',
};

/** One line: which device is not there, and what to install. */
export function deviceUnavailable(device: Device, cause: unknown): DeviceError {
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new DeviceError(
    `cannot use device "${deviceName(device)}": ${remedies[device.provider]}. ONNX Runtime reported: ${reason}`,
    { cause },
  );
}
