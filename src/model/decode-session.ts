import type { DecodedCells, DecodingRequest } from '../decoding/decoding.js';
import { DecodingChain } from '../decoding/decoding-chain.js';
import type { Enlarging } from '../decoding/enlarging.js';
import { KvMemory, kvRowBytes, type KvCache } from '../decoding/kv-cache.js';
import type { StepIndices } from '../decoding/step-indices.js';
import type { StepInputs } from '../decoding/step.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import { blocksFor, cacheOfSlots, type DeviceCache } from '../runtime/device/device-cache.js';
import { maxLanes } from '../runtime/step-session.js';
import type { DeviceTransformer } from './device-transformer.js';
import type { Transformer } from './transformer.js';

/**
 * Decodes steps of many generations, wherever keys and values lie and tokens are drawn: on the host, logits come out of a
 * run and are drawn from here; a device draws by itself.
 */
export interface DecodeSession<Inputs, Cache> {
  readonly shape: TransformerShape;
  readonly weightBytes: number;
  /** The most generations of one run. */
  readonly maxLanes: number;
  /** How many sequences of a picture of the model's own size the KV memory holds. */
  readonly kvSlots: number;
  readonly kvSlotBytes: number;
  /** A generation that decodes in the slots that are lent to it. */
  begin(
    request: DecodingRequest,
    enlarging: Enlarging | undefined,
    slots: LentSlots,
  ): Promise<DecodingChain<Inputs, Cache>>;
  /** One step of each. @returns what each decoded */
  step(chains: readonly DecodingChain<Inputs, Cache>[]): Promise<DecodedCells[][]>;
  close(): Promise<void>;
}

export interface LentSlots {
  readonly from: number;
  readonly count: number;
}

/** @param kvBytes of its KV memory. @throws RangeError if not even one slot fits */
export function hostDecodeSession(transformer: Transformer, kvBytes: number): DecodeSession<StepInputs, KvCache> {
  const { shape, weightBytes, positions, session, enlargedSequence } = transformer;
  const kvSlotBytes = kvRowBytes(shape, positions);
  const memory = new KvMemory(shape, positions, slotsIn(kvBytes, kvSlotBytes));
  return {
    shape,
    weightBytes,
    maxLanes,
    kvSlots: memory.rows,
    kvSlotBytes,
    begin: async (request, enlarging, { from, count }) => {
      const sequence = await transformer.sequence(request);
      const cacheFor = (sequences: number) => memory.cache(from, count, sequences);
      return new DecodingChain({ sequence, enlargedSequence, cacheFor }, request, enlarging);
    },
    step: async (chains) => {
      const lanes = chains.map(({ current: { decoding, cache } }) => ({ inputs: decoding.next(), cache }));
      const logits = await session.run(lanes);
      return chains.map((chain, i) => chain.apply((decoding) => decoding.apply(logits[i] ?? new Float32Array(0))));
    },
    close: () => session.close(),
  };
}

/** A device takes as many as there are: attention is each sequence's own, and weights are read once for all of them. */
const maxDeviceLanes = 128;

export function deviceDecodeSession(transformer: DeviceTransformer): DecodeSession<StepIndices, DeviceCache> {
  const { shape, weightBytes, positions, session, sequence, enlargedSequence } = transformer;
  const blocksPerSlot = blocksFor(positions - 1);
  return {
    shape,
    weightBytes,
    maxLanes: maxDeviceLanes,
    kvSlots: Math.floor(session.blocks / blocksPerSlot),
    kvSlotBytes: blocksPerSlot * transformer.blockBytes,
    begin: (request, enlarging, { from, count }) => {
      const cacheFor = (sequences: number) => cacheOfSlots(from, count, blocksPerSlot, sequences);
      return Promise.resolve(new DecodingChain({ sequence, enlargedSequence, cacheFor }, request, enlarging));
    },
    step: (chains) => {
      const lanes = chains.map(({ current: { decoding, cache } }) => ({
        inputs: decoding.next(),
        draws: decoding.takeDraws(),
        cache,
      }));
      const drawn = session.run(lanes);
      return Promise.resolve(
        chains.map((chain, i) =>
          chain.apply((decoding) => {
            const lane = drawn[i];
            if (!lane) throw new RangeError('a run gave fewer lanes than it took');
            return lane.values ? decoding.applyMixed(lane.values) : decoding.accept(lane.tokens, lane.probabilities);
          }),
        ),
      );
    },
    close: () => {
      session.close();
      return Promise.resolve();
    },
  };
}

function slotsIn(kvBytes: number, slotBytes: number): number {
  const slots = Math.floor(kvBytes / slotBytes);
  if (slots > 0) return slots;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  throw new RangeError(
    `one KV slot needs ${megabytes(slotBytes)} and there are ${megabytes(kvBytes)}: raise --memory`,
  );
}
