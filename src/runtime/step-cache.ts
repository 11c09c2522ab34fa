import type ort from 'onnxruntime-node';

/** Keys and values of the sequences of one generation, wherever they are stored between runs of the step graph. */
export interface StepCache {
  /** Number of positions that the next step sees. */
  readonly length: number;
  /** Inputs for the next run. */
  past(): Past;
  /** Stores the output of a run: of its new positions, those that are kept. */
  keep(outputs: ort.InferenceSession.OnnxValueMapType, part: RunPart): void;
}

/** Tensors are [positions, heads of all sequences, headDimension]. */
export interface Past {
  readonly positions: number;
  /** Whether the positions are placeholders that must be masked. */
  readonly isHidden: boolean;
  keys(layer: number): ort.Tensor;
  values(layer: number): ort.Tensor;
}

/** The part of a run that belongs to one lane. */
export interface RunPart {
  readonly lane: number;
  /** Its first row, among those of all lanes. */
  readonly row: number;
  /** Number of rows. */
  readonly rows: number;
  /** How many of its new positions, from the first, the cache keeps. */
  readonly kept: number;
}

/** Slots for the keys and values of one sequence each. The scheduler knows which of them are free. */
export interface SlotMemory {
  readonly slots: number;
  /**
   * An empty cache for `sequences` that are decoded together. Earlier caches of these slots become invalid.
   *
   * @param from First slot.
   * @param count Number of slots, at least 1.
   */
  cache(from: number, count: number, sequences: number): StepCache;
}

/** The sizes of a model that its caches depend on. */
export interface CacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDimension: number;
}
