import type ort from 'onnxruntime-node';
import { KvMemory, type KvCache } from '../decoding/kv-cache.js';
import type { StepInputs } from '../decoding/step.js';
import type { Graph } from '../graph/onnx.js';
import type { TransformerShape } from '../graph/transformer-weights.js';
import { packLanes, type Lane } from './lanes.js';
import { createSession, floatsOf, type SessionOptions } from './session.js';
import { isSmall } from './small-model.js';

/** Runs decoding steps. Caches lie on the host and are fed as views: on the CPU nothing of them is copied. */
export interface StepSession {
  /**
   * One step of each lane, in one run of the graph: every weight is read once for all of them.
   *
   * @returns of each lane its logits [wanted, rows, vocabulary], to write over; the step's kept positions are then in
   *   its cache
   * @throws RangeError for more lanes than it was made for
   */
  run(lanes: readonly Lane[]): Promise<Float32Array[]>;
  /** A cache with memory of its own, for what is decoded alone. */
  createCache(rows: number, positions: number): KvCache;
  /** A step of one lane. */
  runAlone(inputs: StepInputs, cache: KvCache): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Lanes of one run: on two cores 8 lanes were no quicker for each than 4. */
export const maxLanes = 4;

/**
 * Graphs by how many lanes they have; a run takes the first that is wide enough, and lanes without a generation idle,
 * each for a dozen nodes a layer. ONNX Runtime lays weights out anew for its kernels, a copy for each graph, which makes
 * one picture a fifth quicker and several hardly. So of a large model only the graph of one lane has a copy; the other
 * reads the weights from the mapped file, which costs no memory of its own.
 */
function graphsOf(shape: TransformerShape): readonly { readonly lanes: number; readonly copies: boolean }[] {
  if (isSmall(shape)) return [1, 2, maxLanes].map((lanes) => ({ lanes, copies: true }));
  return [
    { lanes: 1, copies: true },
    { lanes: maxLanes, copies: false },
  ];
}

export interface StepSessionOptions extends SessionOptions {
  /** Lanes of a run at the most, maxLanes where absent: who draws one picture after the other needs no more than one. */
  readonly lanes?: 1;
}

/** @param graph of so many lanes: it takes what `packLanes` feeds, and gives newK.i, newV.i and logits */
export async function createStepSession(
  graph: (lanes: number) => Graph,
  shape: TransformerShape,
  options: StepSessionOptions,
): Promise<StepSession> {
  const most = options.lanes ?? maxLanes;
  const sessions: { readonly count: number; readonly session: ort.InferenceSession }[] = [];
  for (const { lanes: count, copies } of graphsOf(shape)) {
    if (count <= most) sessions.push({ count, session: await createSession(graph(count), { ...options, copies }) });
  }
  const layers = Array.from({ length: shape.layers }, (_, i) => i);
  const run = async (lanes: readonly Lane[]): Promise<Float32Array[]> => {
    const wideEnough = sessions.find(({ count }) => count >= lanes.length);
    if (!wideEnough) throw new RangeError(`a run has ${most} lanes, not ${lanes.length}`);
    const { feeds, places } = packLanes(lanes, shape, wideEnough.count);
    const outputs = await wideEnough.session.run(feeds);
    const newKeys = layers.map((i) => floatsOf(outputs, `newK.${i}`));
    const newValues = layers.map((i) => floatsOf(outputs, `newV.${i}`));
    const logits = floatsOf(outputs, 'logits');
    return lanes.map(({ inputs, cache }, lane) => {
      const { row, wanted } = places[lane] ?? noPlace;
      const { rows, positions, kept } = inputs;
      const ownOf = (array: Float32Array) =>
        array.subarray(row * shape.dimension, (row + positions * rows) * shape.dimension);
      cache.append(kept, newKeys.map(ownOf), newValues.map(ownOf));
      return logits.subarray(wanted * shape.vocabulary, (wanted + inputs.wanted * rows) * shape.vocabulary);
    });
  };
  return {
    run,
    createCache: (rows, positions) => new KvMemory(shape, positions, rows).cache(0, rows, rows),
    runAlone: async (inputs, cache) => {
      const [logits] = await run([{ inputs, cache }]);
      return logits ?? new Float32Array(0);
    },
    close: async () => {
      await Promise.all(sessions.map(({ session }) => session.release()));
    },
  };
}

const noPlace = { row: 0, wanted: 0 };
