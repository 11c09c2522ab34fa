import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { openSafetensors } from '../../src/checkpoint/safetensors-file.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { fileSource } from '../../src/checkpoint/source.js';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.js';
import { linear, takeMatrix } from '../../src/graph/linear.js';
import { GraphBuilder, type Graph } from '../../src/graph/onnx.js';
import { createSession } from '../../src/runtime/session.js';
import { onOneThread } from '../support/goldens/load.js';
import { useFolder } from '../support/weights.js';

const folder = useFolder();
const [rows, input, out] = [3, 64, 16];

/** A linear layer with the largest sums that bytes allow: 64 times 127 times a row's largest number. */
async function largestSums(): Promise<Graph> {
  const path = join(folder(), 'largest.safetensors');
  const tensors = [
    { name: 'w', dtype: 'I8' as const, shape: [input, out], bytes: new Uint8Array(input * out).fill(127) },
    {
      name: 'w.scales',
      dtype: 'F32' as const,
      shape: [out],
      bytes: new Uint8Array(new Float32Array(out).fill(1).buffer),
    },
  ];
  await writeSafetensors(path, tensors, ({ bytes }) => Promise.resolve(bytes));
  const file = await openSafetensors(await fileSource(path));
  const graph = new GraphBuilder('largest');
  const matrix = takeMatrix(new ParameterReader(path, file.tensors), 'w', [out, input]);
  graph.output('y', linear(graph, graph.input('x', 'float32', ['M', input]), matrix), 'float32', ['M', out]);
  await file.close();
  return graph.build(file);
}

async function expectWholeSums(session: ort.InferenceSession): Promise<void> {
  const { y } = await session.run({
    x: new ort.Tensor('float32', new Float32Array(rows * input).fill(2), [rows, input]),
  });
  const sums = Array.from(y?.data as Float32Array);
  expect(sums).toHaveLength(rows * out);
  for (const sum of sums) expect(sum).toBeCloseTo(input * 127 * 2, 0);
  await session.release();
}

function floatsOnly(): Graph {
  const graph = new GraphBuilder('floats');
  graph.output('y', graph.node('Relu', [graph.input('x', 'float32', ['M', input])]), 'float32', ['M', input]);
  return graph.build({ file: 'none', place: () => ({ offset: 0, length: 0 }) });
}

describe('byte products', () => {
  it('are tested once, for graphs that have some', async () => {
    vi.resetModules();
    const fresh = await import('../../src/runtime/session.js');
    const created = vi.spyOn(ort.InferenceSession, 'create');
    const sessionsOf = async (graph: Graph) => {
      const before = created.mock.calls.length;
      await (await fresh.createSession(graph, onOneThread)).release();
      return created.mock.calls.length - before;
    };
    try {
      expect(await sessionsOf(floatsOnly())).toBe(1);
      expect(await sessionsOf(await largestSums())).toBe(2);
      expect(await sessionsOf(await largestSums())).toBe(1);
    } finally {
      created.mockRestore();
    }
  });

  it('do not saturate at 16 bits on any processor', async () => {
    await expectWholeSums(await createSession(await largestSums(), onOneThread));
  });

  it('do not saturate in the slower kernel, which is used where the fast one does', async () => {
    const { model, folder: place } = await largestSums();
    const extra = { session: { x64quantprecision: '1', model_external_initializers_file_folder_path: place } };
    await expectWholeSums(await ort.InferenceSession.create(model, { extra }));
  });
});
