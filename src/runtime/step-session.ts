import type { StepInputs } from '../decoding/sequence.js';
import type { Lane } from './lanes.js';
import type { SessionOptions } from './session.js';
import type { SlotMemory, StepCache } from './step-cache.js';

/** Runs decoding steps. Each kind of device may have its own. */
export interface StepSession {
  /**
   * One step of each lane, in one run of the graph: every weight is read once for all of them.
   *
   * @returns the logits of each lane, [wanted, sequences, vocabulary], which the caller may overwrite. By then the
   *   positions that the step keeps are in its cache.
   * @throws RangeError for more lanes than it was made for
   */
  run(lanes: readonly Lane[]): Promise<Float32Array[]>;
  /** @param positions of a slot */
  allocate(positions: number, slots: number): SlotMemory;
  /** A cache with memory of its own, for what is decoded alone; on a GPU it has it until the session is closed. */
  createCache(sequences: number, positions: number): StepCache;
  /** A step of one lane. */
  runAlone(inputs: StepInputs, cache: StepCache): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The most lanes of a run: on two cores, each of 8 lanes was no faster than each of 4. */
export const maxLanes = 4;

export interface StepSessionOptions extends SessionOptions {
  /** The most lanes of a run; maxLanes by default. One is enough to draw one picture after another. */
  readonly lanes?: 1;
}
