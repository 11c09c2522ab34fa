import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder, type Graph } from '../../../src/graph/onnx.js';
import { graphsOnDevice } from '../../../src/runtime/device/device-session.js';
import { counting } from '../../support/counting-api.js';
import { deviceOnHost, noDeviceOnHost } from '../../support/device-on-host.js';

/** [rows, 2] and [2, columns] to their product. */
function productGraph(): Graph {
  const graph = new GraphBuilder('product');
  const left = graph.input('left', 'float32', ['rows', 2]);
  const right = graph.input('right', 'float32', [2, 'columns']);
  graph.output('product', graph.node('MatMul', [left, right]), 'float32', ['rows', 'columns']);
  return graph.build({ file: '', place: () => ({ offset: 0, length: 0 }) });
}

describe.skipIf(noDeviceOnHost)('a graph on a device', () => {
  let device: Awaited<ReturnType<typeof deviceOnHost>>;
  beforeAll(async () => {
    device = await deviceOnHost();
  });
  afterAll(() => device.close());

  const left = { data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] };

  it('takes and gives floats of sizes that come up when it runs', async () => {
    const session = await graphsOnDevice({ ...device, cuda: undefined })(productGraph());
    const thin = { data: Float32Array.of(1, 10), dims: [2, 1] };
    const wide = { data: Float32Array.of(1, 2, 3, 10, 20, 30), dims: [2, 3] };
    expect([...(await session.run({ left, right: thin }, 'product'))]).toEqual([21, 43]);
    expect([...(await session.run({ right: wide, left }, 'product'))]).toEqual([21, 42, 63, 43, 86, 129]);
    await session.close();
  });

  it('gives results that stay when it has run again and is closed', async () => {
    const session = await graphsOnDevice({ ...device, cuda: undefined })(productGraph());
    const first = await session.run({ left, right: left }, 'product');
    await session.run({ left, right: { ...left, data: new Float32Array(4) } }, 'product');
    await session.close();
    expect([...first]).toEqual([7, 10, 15, 22]);
  });

  it('releases all that it made, after runs that failed, too', async () => {
    const api = counting(device.api);
    const session = await graphsOnDevice({ api, env: device.env, cuda: undefined })(productGraph());
    const open = api.held();
    for (let i = 0; i < 3; i++) await session.run({ left, right: left }, 'product');
    const three = { data: new Float32Array(3), dims: [3, 1] };
    await expect(session.run({ left, right: three }, 'product')).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    await expect(session.run({ left, right: left }, 'sum')).rejects.toThrow('sum');
    expect(api.held()).toBe(open);
    await session.close();
    expect(api.held()).toBe(0);
  });

  it('says what ONNX Runtime has against a graph, and holds nothing of it', async () => {
    const api = counting(device.api);
    const open = graphsOnDevice({ api, env: device.env, cuda: undefined });
    const broken = { ...productGraph(), model: Uint8Array.of(1, 2, 3) };
    await expect(open(broken)).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    expect(api.held()).toBe(0);
  });
});
