import { join } from 'node:path';
import { cellCount } from '../decoding/grid.js';
import type { DecodedCells, DecodingRequest } from '../decoding/decoding.js';
import { DecodingChain } from '../decoding/decoding-chain.js';
import type { Enlarging } from '../decoding/enlarging.js';
import { kvSlotBytes as slotBytesOf } from '../decoding/kv-cache.js';
import type { StepIndices } from '../decoding/step-indices.js';
import type { StepInputs } from '../decoding/sequence.js';
import type { Precision } from '../graph/linear.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import { blocksFor, cacheOfSlots, type DeviceCache } from '../runtime/device/device-cache.js';
import { openCuda } from '../runtime/cuda/open-cuda.js';
import { DeviceError, deviceName, type Device } from '../runtime/device.js';
import { promiseOf } from '../runtime/device/promise-of.js';
import type { StepCache } from '../runtime/step-cache.js';
import { maxLanes, type StepSessionOptions } from '../runtime/step-session.js';
import { familyNamed } from '../family/families.js';
import type { Manifest } from './manifest.js';
import { loadTransformer } from './transformer-file.js';
import type { DeviceTransformer } from '../family/device-transformer.js';
import type { Transformer } from '../family/transformer.js';

/**
 * Decodes steps of many generations. Implementations differ in where the KV cache is and where tokens are drawn: a host
 * session samples from the logits of a run, a device session samples on the device.
 */
export interface DecodeSession<Inputs, Cache> {
  readonly shape: TransformerShape;
  readonly precision: Precision;
  readonly weightBytes: number;
  /** Maximum number of generations in a run. */
  readonly maxLanes: number;
  /** The number of sequences that the KV memory holds, of a picture at the model's resolution. */
  readonly kvSlots: number;
  readonly kvSlotBytes: number;
  /** Prepares a generation to decode in the slots lent to it. */
  begin(
    request: DecodingRequest,
    enlarging: Enlarging | undefined,
    slots: LentSlots,
  ): Promise<DecodingChain<Inputs, Cache>>;
  /** Runs one step of each. @returns The cells that each decoded. */
  step(chains: readonly DecodingChain<Inputs, Cache>[]): Promise<DecodedCells[][]>;
  close(): Promise<void>;
}

type ModelFile = Pick<Manifest, 'family' | 'folder' | 'transformer' | 'grid'>;

export interface LentSlots {
  readonly from: number;
  readonly count: number;
}

/**
 * @param kvBytes Size of the KV memory.
 * @throws CheckpointError; RangeError if not even one KV slot fits.
 */
export async function openHostSession(
  manifest: ModelFile,
  options: StepSessionOptions,
  kvBytes: number,
): Promise<DecodeSession<StepInputs, StepCache>> {
  const transformer = await loadTransformer(manifest, options);
  try {
    return hostSession(transformer, kvBytes);
  } catch (error) {
    await transformer.session.close();
    throw error;
  }
}

export function hostSession(transformer: Transformer, kvBytes: number): DecodeSession<StepInputs, StepCache> {
  const { shape, precision, weightBytes, positions, session, enlargedLayout } = transformer;
  const kvSlotBytes = slotBytesOf(shape, positions);
  const memory = session.allocate(positions, slotsIn(kvBytes, kvSlotBytes));
  return {
    shape,
    precision,
    weightBytes,
    maxLanes,
    kvSlots: memory.slots,
    kvSlotBytes,
    begin: async (request, enlarging, { from, count }) => {
      const layout = await transformer.layout(request);
      const cacheFor = (sequences: number) => memory.cache(from, count, sequences);
      return new DecodingChain({ layout, enlargedLayout, cacheFor }, request, enlarging);
    },
    step: async (chains) => {
      const lanes = chains.map(({ current: { decoding, cache } }) => ({ inputs: decoding.next(), cache }));
      const logits = await session.run(lanes);
      return chains.map((chain, i) => chain.apply((decoding) => decoding.apply(logits[i] ?? new Float32Array(0))));
    },
    close: () => session.close(),
  };
}

/** In practice no limit: attention is separate for each sequence, and weights are read once for all of them. */
const maxDeviceLanes = 128;

/** Share of the memory left beside the weights. Runs need the rest. */
const shareForCaches = 0.9;

/**
 * @param kvBytes Maximum size of the KV memory; it is smaller if the device has less.
 * @throws CheckpointError; CudaLibraryError; OrtError; RangeError if not even one KV slot fits.
 */
export async function openDeviceSession(
  { family, folder, transformer: { file, heads }, grid }: ModelFile,
  device: Device,
  kvBytes: number,
): Promise<DecodeSession<StepIndices, DeviceCache>> {
  const cuda = await openCuda(device.index).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceError(`cannot use device "${deviceName(device)}": ${reason}`, { cause });
  });
  try {
    const transformer = await familyNamed(family).loadOnDevice(join(folder, file), heads, grid, {
      api: cuda.api,
      env: cuda.env,
      cuda,
      floatType: 'F16',
      spelled: false,
      blocks: (blockBytes) => {
        // A sequence at the model's resolution has at most two positions per cell.
        const perSlot = blocksFor(2 * cellCount(grid));
        const bytes = Math.min(kvBytes, shareForCaches * cuda.freeBytes());
        return perSlot * slotsIn(bytes, perSlot * blockBytes);
      },
    });
    return deviceSession(transformer, () => cuda.close());
  } catch (error) {
    cuda.close();
    throw error;
  }
}

/** @param closed Called after the session is closed. */
export function deviceSession(
  transformer: DeviceTransformer,
  closed: () => void,
): DecodeSession<StepIndices, DeviceCache> {
  const { shape, precision, weightBytes, session, layout, enlargedLayout, blockBytes } = transformer;
  const blocksPerSlot = blocksFor(layout.capacity);
  return {
    shape,
    precision,
    weightBytes,
    maxLanes: maxDeviceLanes,
    kvSlots: Math.floor(session.blocks / blocksPerSlot),
    kvSlotBytes: blocksPerSlot * blockBytes,
    begin: (request, enlarging, { from, count }) =>
      promiseOf(() => {
        const cacheFor = (sequences: number) => cacheOfSlots(from, count, blocksPerSlot, sequences);
        return new DecodingChain({ layout, enlargedLayout, cacheFor }, request, enlarging);
      }),
    step: (chains) =>
      promiseOf(() => {
        const lanes = chains.map(({ current: { decoding, cache } }) => ({
          inputs: decoding.next(),
          draws: decoding.takeDraws(),
          cache,
        }));
        const drawn = session.run(lanes);
        return chains.map((chain, i) =>
          chain.apply((decoding) => {
            const lane = drawn[i];
            if (!lane) throw new RangeError('a run returned fewer lanes than it was given');
            return lane.values ? decoding.applyMixed(lane.values) : decoding.accept(lane.tokens, lane.probabilities);
          }),
        );
      }),
    close: () =>
      promiseOf(() => {
        session.close();
        closed();
      }),
  };
}

function slotsIn(kvBytes: number, slotBytes: number): number {
  const slots = Math.floor(kvBytes / slotBytes);
  if (slots > 0) return slots;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  throw new RangeError(
    `one KV slot needs ${megabytes(slotBytes)}, but there are only ${megabytes(kvBytes)}: raise --memory`,
  );
}
