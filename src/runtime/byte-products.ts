import ort from 'onnxruntime-node';
import { byteProduct, GraphBuilder } from '../graph/onnx.js';

/**
 * Whether ONNX Runtime saturates products of unsigned with signed bytes on this processor. On x86 without VNNI its
 * kernel adds two products in 16 bits, which saturates above 32,767. It has a slower exact kernel, but uses that even
 * where the fast one is exact, so it is requested only where needed (see the docs of session.x64quantprecision).
 * Detected with a product that saturates if any does.
 */
export function clipsByteProducts(): Promise<boolean> {
  return (clips ??= measure());
}

let clips: Promise<boolean> | undefined;

const terms = 64;
const [largestUnsigned, largestSigned] = [255, 127];

async function measure(): Promise<boolean> {
  const graph = new GraphBuilder('byte-products');
  const bytes = (value: number, shape: readonly number[]) =>
    graph.node('Expand', [graph.byte(value), graph.ints(shape)]);
  const unsigned = bytes(largestUnsigned, [2, terms]);
  const signed = graph.cast(bytes(largestSigned, [terms, 16]), 'I8');
  const one = graph.floats([1], []);
  const sums = graph.node(byteProduct, [unsigned, signed, one, one]);
  graph.output('sums', sums, 'float32', [2, 16]);
  const { model } = graph.build({ file: '', place: () => ({ offset: 0, length: 0 }) });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const { sums: result } = await session.run({});
    return (result?.data as Float32Array).some((sum) => sum !== terms * largestUnsigned * largestSigned);
  } finally {
    await session.release();
  }
}
