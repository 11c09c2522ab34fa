import type { StepInputs } from '../decoding/sequence.js';
import type { Lane } from './lanes.js';
import type { SessionOptions } from './session.js';
import type { SlotMemory, StepCache } from './step-cache.js';

/** Runs decoding steps. There can be an implementation per kind of device. */
export interface StepSession {
  /**
   * Runs one step of every lane in one run of the graph, which reads each weight once for all of them.
   *
   * @returns The logits of each lane, [wanted, sequences, vocabulary], which the caller may overwrite. The kept
   *   positions are in the lane's cache by then.
   * @throws RangeError for more lanes than the session was created for.
   */
  run(lanes: readonly Lane[]): Promise<Float32Array[]>;
  /** @param positions Of one slot. */
  allocate(positions: number, slots: number): SlotMemory;
  /** A cache with its own memory, for use outside the slots. On a GPU, it is freed when the session is closed. */
  createCache(sequences: number, positions: number): StepCache;
  /** One step of a single lane. */
  runAlone(inputs: StepInputs, cache: StepCache): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The most lanes in a run. On two cores, 8 lanes were no faster per lane than 4. */
export const maxLanes = 4;

export interface StepSessionOptions extends SessionOptions {
  /** The most lanes in a run. Default: maxLanes. One is enough to draw pictures one after another. */
  readonly lanes?: 1;
}
