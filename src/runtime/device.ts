import type ort from 'onnxruntime-node';
import type { CachePlace } from '../graph/attention.js';

/** Where graphs run: an ONNX Runtime execution provider, with an index if there can be several devices. */
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

/** Everything that differs between kinds of devices. Code asks here and never compares the provider's name. */
interface DeviceTraits {
  /** Whether int8 and int4 products are faster than floats. Measured on the CPU only. */
  readonly integersAreFast: boolean;
  /** Whether it computes on the server's own cores: then several sessions of a small model are faster than one. */
  readonly isHost: boolean;
  /** Whether it keeps keys and values and draws the tokens itself, so that no logits leave it. */
  readonly decodesOnDevice: boolean;
  /** Whether only one thread of a process may use it. ONNX Runtime shares one WebGPU context, without a lock. */
  readonly isForOneThread: boolean;
  /** Where keys and values are stored between runs, if it does not decode on the device. */
  readonly caches: CachePlace;
  /** The software that must be installed first, if any. */
  readonly needs?: string;
}

const traits: Record<Device['provider'], DeviceTraits> = {
  cpu: {
    integersAreFast: true,
    isHost: true,
    decodesOnDevice: false,
    isForOneThread: false,
    caches: 'host',
  },
  cuda: {
    integersAreFast: false,
    isHost: false,
    decodesOnDevice: true,
    isForOneThread: false,
    caches: 'host',
    needs:
      'it needs an NVIDIA card and libraries: "npx randar doctor" lists what is missing, "npx randar setup-cuda" downloads it',
  },
  webgpu: {
    integersAreFast: false,
    isHost: false,
    decodesOnDevice: false,
    isForOneThread: true,
    caches: 'device',
    needs: 'it needs a graphics card with a Vulkan, Metal or D3D12 driver',
  },
};

export function traitsOf({ provider }: Device): DeviceTraits {
  return traits[provider];
}

/** The error for a missing device: which one, and what to install. Undefined for the CPU, which is always available. */
export function deviceUnavailable(device: Device, cause: unknown): DeviceError | undefined {
  const { needs } = traitsOf(device);
  if (needs === undefined) return undefined;
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new DeviceError(`cannot use device "${deviceName(device)}": ${needs}. ONNX Runtime reported: ${reason}`, {
    cause,
  });
}
