import type ort from 'onnxruntime-node';
import { joinedNames, type LaneOptions } from '../graph/attention.js';
import type { Graph } from '../graph/onnx.js';
import { isSmall, type TransformerShape } from '../graph/transformer-shape.js';
import { traitsOf } from './device.js';
import { gpuBufferMemory, type GpuBufferMemory } from './gpu-buffer-cache.js';
import { hostMemory } from './host-cache.js';
import { idleInputs, packLanes, type Lane } from './lanes.js';
import { createSession, floatsOf } from './session.js';
import type { SlotMemory, StepCache } from './step-cache.js';
import { maxLanes, type StepSession, type StepSessionOptions } from './step-session.js';

/**
 * Graphs by number of lanes. A run uses the smallest one with enough lanes; each unused lane costs a dozen nodes per
 * layer. ONNX Runtime prepacks the weights for its kernels, with a copy per graph. That makes a single picture a fifth
 * faster, but hardly helps several. So for a large model, only the graph with one lane has a copy; the other reads the
 * weights from the mapped file, without memory of its own.
 */
function graphsOf(shape: TransformerShape): readonly { readonly lanes: number; readonly copies: boolean }[] {
  if (isSmall(shape)) return [1, 2, maxLanes].map((lanes) => ({ lanes, copies: true }));
  return [
    { lanes: 1, copies: true },
    { lanes: maxLanes, copies: false },
  ];
}

/**
 * A session of onnxruntime-node, which returns logits to JavaScript. Keys and values are stored in host memory between
 * runs, or in GPU memory, depending on the device.
 *
 * @param graph Builds the graph for a number of lanes. Its inputs are those of `packLanes`.
 */
export async function createHostStepSession(
  graph: (options: LaneOptions) => Graph,
  shape: TransformerShape,
  options: StepSessionOptions,
): Promise<StepSession> {
  const { caches } = traitsOf(options.device);
  const most = options.lanes ?? maxLanes;
  const sessions: { readonly count: number; readonly session: ort.InferenceSession }[] = [];
  const buffers: GpuBufferMemory[] = [];
  const close = async () => {
    for (const memory of buffers) memory.dispose();
    await Promise.all(sessions.map(({ session }) => session.release()));
  };
  try {
    for (const { lanes: count, copies } of graphsOf(shape)) {
      if (count > most) continue;
      const onDevice = caches === 'device' ? joinedNames(count, shape.layers) : [];
      const session = await createSession(graph({ lanes: count, caches }), { ...options, copies, onDevice });
      sessions.push({ count, session });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const allocate = (positions: number, slots: number): SlotMemory => {
    if (caches === 'host') return hostMemory(shape, positions, slots);
    const memory = gpuBufferMemory(shape, positions, slots);
    buffers.push(memory);
    return memory;
  };
  const createCache = (sequences: number, positions: number): StepCache =>
    allocate(positions, sequences).cache(0, sequences, sequences);
  const idleCaches = Array.from({ length: most - 1 }, () => createCache(1, 1));
  const run = async (lanes: readonly Lane[]): Promise<Float32Array[]> => {
    const wideEnough = sessions.find(({ count }) => count >= lanes.length);
    if (!wideEnough) throw new RangeError(`a run has ${most} lanes, not ${lanes.length}`);
    const idle = idleCaches
      .slice(0, wideEnough.count - lanes.length)
      .map((cache) => ({ inputs: idleInputs(lanes[0]?.inputs), cache }));
    const { feeds, placed } = packLanes([...lanes, ...idle], shape);
    const outputs = await wideEnough.session.run(feeds);
    for (const { cache, part } of placed) cache.keep(outputs, part);
    const logits = floatsOf(outputs, 'logits');
    return placed
      .slice(0, lanes.length)
      .map(({ inputs, wanted }) =>
        logits.subarray(wanted * shape.vocabulary, (wanted + inputs.wanted * inputs.sequences) * shape.vocabulary),
      );
  };
  return {
    run,
    allocate,
    createCache,
    runAlone: async (inputs, cache) => {
      const [logits] = await run([{ inputs, cache }]);
      if (!logits) throw new RangeError('a run of one lane returned no logits');
      return logits;
    },
    close,
  };
}
