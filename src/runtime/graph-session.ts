import ort from 'onnxruntime-node';
import type { Graph } from '../graph/onnx.js';
import { createSession, floatsOf, type SessionOptions } from './session.js';

export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** A graph that is ready to run on some device, with floats as inputs and outputs. */
export interface GraphSession {
  /**
   * @param feeds By the names of the inputs.
   * @returns The output of that name.
   */
  run(feeds: Readonly<Record<string, FloatTensor>>, output: string): Promise<Float32Array>;
  close(): Promise<void>;
}

export type OpenGraph = (graph: Graph) => Promise<GraphSession>;

/** Uses onnxruntime-node. Sessions throw DeviceError if the device is the problem, not the graph. */
export function graphsOnHost(options: SessionOptions): OpenGraph {
  return async (graph) => {
    const session = await createSession(graph, options);
    return {
      run: async (feeds, output) => {
        const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [
          name,
          new ort.Tensor('float32', data, dims),
        ]);
        const fed = Object.fromEntries(tensors) as Record<string, ort.Tensor>;
        return floatsOf(await session.run(fed, [output]), output);
      },
      close: () => session.release(),
    };
  };
}
