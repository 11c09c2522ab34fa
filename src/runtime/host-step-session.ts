import type ort from 'onnxruntime-node';
import { KvMemory } from '../decoding/kv-cache.js';
import type { Graph } from '../graph/onnx.js';
import { isSmall, type TransformerShape } from '../graph/transformer-shape.js';
import { packLanes, type Lane } from './lanes.js';
import { createSession, floatsOf } from './session.js';
import { maxLanes, type StepSession, type StepSessionOptions } from './step-session.js';

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

/**
 * A session on ONNX Runtime of this process. Caches lie in its memory and are fed as views: on the CPU nothing of them is
 * copied.
 *
 * @param graph makes the graph for a number of lanes: it takes what `packLanes` feeds, and gives newK.i, newV.i and logits
 */
export async function createHostStepSession(
  graph: (lanes: number) => Graph,
  shape: TransformerShape,
  options: StepSessionOptions,
): Promise<StepSession> {
  const most = options.lanes ?? maxLanes;
  const sessions: { readonly count: number; readonly session: ort.InferenceSession }[] = [];
  const close = async () => {
    await Promise.all(sessions.map(({ session }) => session.release()));
  };
  try {
    for (const { lanes: count, copies } of graphsOf(shape)) {
      if (count <= most) sessions.push({ count, session: await createSession(graph(count), { ...options, copies }) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const layers = Array.from({ length: shape.layers }, (_, i) => i);
  const run = async (lanes: readonly Lane[]): Promise<Float32Array[]> => {
    const wideEnough = sessions.find(({ count }) => count >= lanes.length);
    if (!wideEnough) throw new RangeError(`a run has ${most} lanes, not ${lanes.length}`);
    const { feeds, placed } = packLanes(lanes, shape, wideEnough.count);
    const outputs = await wideEnough.session.run(feeds);
    const newKeys = layers.map((i) => floatsOf(outputs, `newK.${i}`));
    const newValues = layers.map((i) => floatsOf(outputs, `newV.${i}`));
    const logits = floatsOf(outputs, 'logits');
    return placed.map(({ inputs, cache, row, wanted }) => {
      const { sequences, positions, kept } = inputs;
      const ownOf = (array: Float32Array) =>
        array.subarray(row * shape.dimension, (row + positions * sequences) * shape.dimension);
      cache.append(kept, newKeys.map(ownOf), newValues.map(ownOf));
      return logits.subarray(wanted * shape.vocabulary, (wanted + inputs.wanted * sequences) * shape.vocabulary);
    });
  };
  return {
    run,
    createCache: (sequences, positions) => new KvMemory(shape, positions, sequences).cache(0, sequences, sequences),
    runAlone: async (inputs, cache) => {
      const [logits] = await run([{ inputs, cache }]);
      if (!logits) throw new RangeError('a run of one lane gave no logits');
      return logits;
    },
    close,
  };
}
