import type ort from 'onnxruntime-node';

/** Where the graphs run: an ONNX Runtime execution provider, with a number where there may be several. */
export interface Device {
  readonly provider: 'cpu' | 'cuda' | 'webgpu';
  readonly index: number;
}

export const cpu: Device = { provider: 'cpu', index: 0 };

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

/** All that differs from one kind of device to another. Who needs to know asks here, and never for a provider's name. */
interface DeviceTraits {
  /** Whether products of int8 and int4 are faster than those of floats. Measured on the CPU only. */
  readonly integersAreFast: boolean;
  /** Whether it computes on the cores of the server: then several sessions of a small model are faster than one. */
  readonly isHost: boolean;
  /** Whether it keeps keys and values and draws the tokens itself, so that no logits leave it. */
  readonly decodesOnDevice: boolean;
  /** What must be installed for it, where it may be missing. */
  readonly needs?: string;
}

const traits: Record<Device['provider'], DeviceTraits> = {
  cpu: { integersAreFast: true, isHost: true, decodesOnDevice: false },
  cuda: {
    integersAreFast: false,
    isHost: false,
    decodesOnDevice: true,
    needs:
      'it needs an NVIDIA card and libraries: "npx randar doctor" says which are missing, "npx randar setup-cuda" brings them',
  },
  webgpu: {
    integersAreFast: false,
    isHost: false,
    decodesOnDevice: false,
    needs: 'it needs a graphics card with a Vulkan, Metal or D3D12 driver',
  },
};

export function traitsOf({ provider }: Device): DeviceTraits {
  return traits[provider];
}

/** Where the transformer's features are computed for a model that decodes on `device`. */
export function featureDevice(device: Device): Device {
  return traitsOf(device).decodesOnDevice ? cpu : device;
}

/** One line: which device is missing, and what to install. Undefined for the CPU, which never is. */
export function deviceUnavailable(device: Device, cause: unknown): DeviceError | undefined {
  const { needs } = traitsOf(device);
  if (needs === undefined) return undefined;
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new DeviceError(`cannot use device "${deviceName(device)}": ${needs}. ONNX Runtime reported: ${reason}`, {
    cause,
  });
}
