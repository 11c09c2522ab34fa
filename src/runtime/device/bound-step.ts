import type { DeviceMemory, DeviceTensor } from './device-memory.js';
import { count } from './device-memory.js';
import { elementBytes, type ElementType, type OrtApi, type Pointer } from './ort-api.js';
import type { IndexFeed, StepFeeds } from './pack-step.js';
import type { StepShape } from './step-shape.js';

/** A step graph with all inputs and outputs of one shape bound; created once and run for every step of that shape. */
export interface BoundStep {
  readonly feeds: StepFeeds;
  /** [tokens] */
  readonly tokens: BigInt64Array;
  readonly probabilities: Float32Array;
  /** [tokens, vocabulary], if its shape fetches them. */
  readonly values: Float64Array | undefined;
  /** Sends the feeds, runs, and returns once tokens and probabilities are available. */
  run(): void;
  release(): void;
}

export interface BoundGraph {
  readonly session: Pointer;
  readonly vocabulary: number;
  /** The type of the indices into each of the family's tables. */
  readonly indexTypes: Readonly<Record<string, 'int32' | 'int64'>>;
  readonly caches: readonly CacheTensor[];
}

/** Keys or values of a layer: one tensor, read as an input and written in place as an output. */
export interface CacheTensor {
  readonly input: string;
  readonly output: string;
  readonly tensor: DeviceTensor;
}

/** Alignment in bytes, for the kernels. */
const alignment = 256;

/**
 * @param graphId Identifies this shape's captured graph, if it should be captured: ONNX Runtime runs the shape once,
 *   captures the second run and replays it from then on. Two shapes must never share one.
 */
export function bindStep(
  api: OrtApi,
  { session, vocabulary, indexTypes, caches }: BoundGraph,
  shape: StepShape,
  memory: DeviceMemory,
  graphId: number | undefined,
): BoundStep {
  const { rows, sequences, columns, wanted, tokens, fetchesValues } = shape;
  const inputs: readonly Feed[] = [
    ...Object.entries(indexTypes).map(([name, type]): Feed => ({ name, type, dims: [rows] })),
    { name: 'cumulative', type: 'int32', dims: [sequences + 1] },
    { name: 'past', type: 'int32', dims: [sequences] },
    { name: 'table', type: 'int32', dims: [sequences, columns] },
    { name: 'lengths', type: 'int32', dims: [2], onHost: true },
    { name: 'wanted', type: 'int32', dims: [wanted] },
    { name: 'mix', type: 'float64', dims: [tokens, wanted] },
    { name: 'uniform', type: 'float64', dims: [tokens, 1] },
  ];
  const outputs: readonly Feed[] = [
    { name: 'token', type: 'int64', dims: [tokens, 1] },
    { name: 'probability', type: 'float32', dims: [tokens, 1] },
    ...(fetchesValues ? [{ name: 'values', type: 'float64', dims: [tokens, vocabulary] } as const] : []),
  ];
  /** What lets go of all that was made, the newest first. */
  const releases: (() => void)[] = [];
  const release = () => {
    for (const letGo of releases.splice(0).reverse()) letGo();
  };
  const holdValue = (value: Pointer): Pointer => {
    releases.push(() => api.release('ReleaseValue', value));
    return value;
  };
  const arrays = new Map<string, Float32Array | Float64Array | Int32Array | BigInt64Array>();
  const bind = () => {
    const sent = memory.mirrored(placed(inputs).bytes);
    releases.push(() => sent.release());
    // The upper words of wide indices are never written.
    new Uint8Array(sent.buffer).fill(0);
    const fetched = memory.reachable(placed(outputs).bytes);
    releases.push(() => fetched.release());
    const binding = api.make('CreateIoBinding', session);
    releases.push(() => api.release('ReleaseIoBinding', binding));
    for (const { name, type, dims, onHost, at } of placed(inputs).all) {
      const address = (onHost ? sent.address : sent.deviceAddress) + BigInt(at);
      const value = holdValue(memory.view(onHost ? 'host' : 'device', address, type, dims));
      api.call('BindInput', binding, name, value);
      arrays.set(name, arrayOf(type, sent.buffer, at, count(dims)));
    }
    for (const { name, type, dims, at } of placed(outputs).all) {
      // Host memory that the device reaches: kernels write the few results there, and nothing is copied back.
      const value = holdValue(memory.view('device', fetched.address + BigInt(at), type, dims));
      api.call('BindOutput', binding, name, value);
      arrays.set(name, arrayOf(type, fetched.buffer, at, count(dims)));
    }
    for (const { input, output, tensor } of caches) {
      api.call('BindInput', binding, input, tensor.value);
      api.call('BindOutput', binding, output, tensor.value);
    }
    const options = api.make('CreateRunOptions');
    releases.push(() => api.release('ReleaseRunOptions', options));
    // The id of no graph: ONNX Runtime runs without capturing.
    api.call('AddRunConfigEntry', options, 'gpu_graph_id', String(graphId ?? -1));
    return () => {
      sent.send();
      api.call('RunWithBinding', session, options, binding);
    };
  };
  let run: () => void;
  try {
    run = bind();
  } catch (error) {
    release();
    throw error;
  }

  const array = <T>(name: string): T => arrays.get(name) as T;
  return {
    feeds: {
      indices: Object.fromEntries(
        Object.entries(indexTypes).map(([name, type]): [string, IndexFeed] => {
          const { buffer, byteOffset, byteLength } = array<Int32Array>(name);
          return [
            name,
            { words: new Int32Array(buffer, byteOffset, byteLength / 4), stride: type === 'int32' ? 1 : 2 },
          ];
        }),
      ),
      cumulative: array('cumulative'),
      past: array('past'),
      table: array('table'),
      lengths: array('lengths'),
      wanted: array('wanted'),
      mix: array('mix'),
      uniform: array('uniform'),
    },
    tokens: array('token'),
    probabilities: array('probability'),
    values: fetchesValues ? array('values') : undefined,
    run,
    release,
  };
}

interface Feed {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Read on the host although the graph runs on a device. */
  readonly onHost?: boolean;
}

function placed(feeds: readonly Feed[]): { readonly all: readonly (Feed & { readonly at: number })[]; bytes: number } {
  let bytes = 0;
  const all = feeds.map((feed) => {
    const at = bytes;
    bytes += Math.ceil((count(feed.dims) * elementBytes[feed.type]) / alignment) * alignment;
    return { ...feed, at };
  });
  return { all, bytes };
}

function arrayOf(type: ElementType, buffer: ArrayBuffer, at: number, length: number) {
  switch (type) {
    case 'int32':
      return new Int32Array(buffer, at, length);
    case 'int64':
      return new BigInt64Array(buffer, at, length);
    case 'float64':
      return new Float64Array(buffer, at, length);
    case 'float32':
      return new Float32Array(buffer, at, length);
    case 'float16':
      throw new TypeError('float16 inputs and outputs are not supported');
  }
}
