import { elementBytes, elementTypes, type ElementType, type OrtApi, type Pointer } from './ort-api.js';

/** Device memory, and host memory that the device can access, both allocated by ONNX Runtime. */
export interface DeviceMemory {
  /** A tensor on the device, zeroed. */
  tensor(type: ElementType, dims: readonly number[]): DeviceTensor;
  /** A block on the device and one of the same size on the host, which is copied to it in one piece. */
  mirrored(bytes: number): MirroredBlock;
  /** Host memory that kernels can write to. */
  reachable(bytes: number): HostBlock;
  /** A tensor on existing memory. */
  view(place: 'host' | 'device', address: bigint, type: ElementType, dims: readonly number[]): Pointer;
  close(): void;
}

export interface DeviceTensor {
  readonly value: Pointer;
  release(): void;
}

export interface HostBlock {
  readonly buffer: ArrayBuffer;
  readonly address: bigint;
  release(): void;
}

export interface MirroredBlock extends HostBlock {
  readonly deviceAddress: bigint;
  /** Copies the whole block to the device. */
  send(): void;
}

/** The functions of the CUDA runtime that are used; not needed if the device is the host. */
export interface DeviceCopies {
  toDevice(to: bigint, from: bigint, bytes: number): void;
  zero(at: bigint, bytes: number): void;
}

/** OrtDeviceAllocator; OrtMemTypeDefault and OrtMemTypeCPU, that is, pinned memory. */
const deviceAllocator = 0;
const [ordinary, pinned] = [0, -1];

/** @param copies Omitted if the device is the host, where nothing is copied. */
export function deviceMemory(
  api: OrtApi,
  session: Pointer,
  index: number,
  copies: DeviceCopies | undefined,
): DeviceMemory {
  const { koffi } = api;
  /** What lets go of all that was made, the newest first. */
  const releases: (() => void)[] = [];
  const close = () => {
    for (const release of releases.splice(0).reverse()) release();
  };
  const info = (name: string, allocator: number, of: number, type: number): Pointer => {
    const made = api.make('CreateMemoryInfo', name, allocator, of, type);
    releases.push(() => api.release('ReleaseMemoryInfo', made));
    return made;
  };
  const allocatorOf = (place: Pointer): Pointer => {
    const made = api.make('CreateAllocator', session, place);
    releases.push(() => api.release('ReleaseAllocator', made));
    return made;
  };
  const open = () => {
    const host = info('Cpu', 1, 0, ordinary);
    if (!copies) {
      const onHost = allocatorOf(host);
      return { host, device: host, onDevice: onHost, onHost };
    }
    const device = info('Cuda', deviceAllocator, index, ordinary);
    const reached = info('CudaPinned', deviceAllocator, index, pinned);
    return { host, device, onDevice: allocatorOf(device), onHost: allocatorOf(reached) };
  };
  let opened: ReturnType<typeof open>;
  try {
    opened = open();
  } catch (error) {
    close();
    throw error;
  }
  const { host, device, onDevice, onHost } = opened;

  const allocate = (allocator: Pointer, type: ElementType, dims: readonly number[]) => {
    const value = api.make('CreateTensorAsOrtValue', allocator, sizes(dims), dims.length, elementTypes[type]);
    const data = api.make('GetTensorMutableData', value);
    return { value, data, address: koffi.address(data), release: () => api.release('ReleaseValue', value) };
  };
  const bytesOf = (type: ElementType, dims: readonly number[]) => count(dims) * elementBytes[type];
  const block = (allocator: Pointer, bytes: number) => allocate(allocator, 'float32', [Math.ceil(bytes / 4)]);
  const hostBlock = (bytes: number): HostBlock & { readonly data: Pointer } => {
    const { data, address, release } = block(onHost, bytes);
    return { data, address, release, buffer: koffi.view(data, bytes) };
  };
  return {
    tensor: (type, dims) => {
      const { value, data, address, release } = allocate(onDevice, type, dims);
      const bytes = bytesOf(type, dims);
      if (copies) copies.zero(address, bytes);
      else new Uint8Array(koffi.view(data, bytes)).fill(0);
      return { value, release };
    },
    mirrored: (bytes) => {
      const here = hostBlock(bytes);
      const { buffer, address } = here;
      if (!copies) return { ...here, deviceAddress: address, send: () => undefined };
      let there: ReturnType<typeof block>;
      try {
        there = block(onDevice, bytes);
      } catch (error) {
        here.release();
        throw error;
      }
      return {
        buffer,
        address,
        deviceAddress: there.address,
        send: () => copies.toDevice(there.address, address, bytes),
        release: () => {
          there.release();
          here.release();
        },
      };
    },
    reachable: (bytes) => hostBlock(bytes),
    view: (place, address, type, dims) =>
      api.make(
        'CreateTensorWithDataAsOrtValue',
        place === 'device' ? device : host,
        address,
        bytesOf(type, dims),
        sizes(dims),
        dims.length,
        elementTypes[type],
      ),
    close,
  };
}

function sizes(dims: readonly number[]): BigInt64Array {
  return BigInt64Array.from(dims, BigInt);
}

export function count(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}
