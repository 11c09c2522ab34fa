import type ort from 'onnxruntime-node';

/** Keys and values of the sequences of one generation, wherever they are between two runs of the step graph. */
export interface StepCache {
  /** Positions that the next step sees. */
  readonly length: number;
  /** What the next run is fed. */
  past(): Past;
  /** Takes what a run gave. Positions behind those that are kept are forgotten. */
  keep(outputs: ort.InferenceSession.OnnxValueMapType, part: RunPart): void;
}

/** Tensors are [positions, heads, headDimension], with the heads of all sequences. */
export interface Past {
  readonly positions: number;
  /** Whether these positions only fill a gap, and nothing may see them. */
  readonly isHidden: boolean;
  keys(layer: number): ort.Tensor;
  values(layer: number): ort.Tensor;
}

/** What of a run belongs to one lane. */
export interface RunPart {
  readonly lane: number;
  /** Its first of the rows of all lanes. */
  readonly row: number;
  /** How many rows it has. */
  readonly rows: number;
  /** Leading positions, of the new ones, that its cache keeps. */
  readonly kept: number;
}

/** Slots that hold the keys and values of one sequence each. Which of them are free is not known here. */
export interface SlotMemory {
  readonly slots: number;
  /**
   * An empty cache for `sequences` that are decoded together. An earlier cache of these slots is lost.
   *
   * @param from the first of its slots
   * @param count how many slots are lent to it, at least 1
   */
  cache(from: number, count: number, sequences: number): StepCache;
}

/** What of a model its caches depend on. */
export interface CacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDimension: number;
}
