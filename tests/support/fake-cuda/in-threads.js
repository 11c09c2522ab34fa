// One thread after another uses the device, as where a decode worker is replaced: run by load-libraries.test.ts.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { GraphBuilder } from '../../../dist/graph/onnx.js';
import { findLibraries } from '../../../dist/runtime/cuda/libraries.js';
import { loadLibraries } from '../../../dist/runtime/cuda/load-libraries.js';
import { tryProvider } from '../../../dist/runtime/cuda/provider.js';

if (isMainThread) {
  for (let i = 0; i < 2; i++) {
    const [code] = await once(new Worker(new URL(import.meta.url), { workerData: process.argv[2] }), 'exit');
    if (code !== 0) process.exitCode = 1;
    else process.stdout.write('used by a thread\n');
  }
} else {
  const graph = new GraphBuilder('small');
  const x = graph.input('x', 'float32', [4]);
  graph.output('y', graph.node('Add', [x, x]), 'float32', [4]);
  const { model } = graph.build({ file: '', place: () => ({ offset: 0, length: 0 }) });
  tryProvider(await loadLibraries(findLibraries([{ name: 'test', folders: [workerData] }], existsSync)), 0, model);
}
