import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceError, deviceName, parseDevice } from '../../src/runtime/device.js';
import { createSession } from '../../src/runtime/session.js';
import { GraphBuilder } from '../../src/graph/onnx.js';

describe('a device', () => {
  it("has the API's name", () => {
    expect(['cpu', 'cuda', 'cuda:1', 'webgpu'].map((text) => deviceName(parseDevice(text)))).toEqual([
      'cpu',
      'cuda:0',
      'cuda:1',
      'webgpu',
    ]);
  });

  it('is rejected if the name is unknown', () => {
    const named = /^(cpu|webgpu|cuda(:\d{1,3})?)$/;
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (!named.test(text)) expect(() => parseDevice(text)).toThrow(DeviceError);
      }),
    );
    for (const text of ['cuda:', 'cuda:x', 'cpu:1', 'gpu', 'CUDA']) expect(() => parseDevice(text)).toThrow('cuda:N');
  });

  it('that this machine lacks is rejected with one line that says what to install', async () => {
    const graph = new GraphBuilder('nothing');
    graph.output('y', graph.node('Relu', [graph.input('x', 'float32', [1])]), 'float32', [1]);
    const noWeights = { file: 'none', place: () => ({ offset: 0, length: 0 }) };
    const options = { device: { provider: 'cuda', index: 0 }, threads: 1, spinning: false } as const;
    const error = await createSession(graph.build(noWeights), options).catch((caught: unknown) => caught);
    // On a machine with the CUDA libraries it works, which is fine, too.
    if (!(error instanceof Error)) return;
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toContain('cannot use device "cuda:0"');
    expect(error.message).toContain('npx randar setup-cuda');
    expect(error.message).not.toContain('\n');
  });
});
