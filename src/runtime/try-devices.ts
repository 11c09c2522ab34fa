import { GraphBuilder, type Graph } from '../graph/onnx.js';
import type { CudaLibraries } from './cuda/libraries.js';
import { loadLibraries } from './cuda/load-libraries.js';
import { tryProvider } from './cuda/provider.js';
import { createSession } from './session.js';
import type { Device } from './device.js';

/** Whether a device can be used, and if not, why. */
export interface DeviceTrial {
  readonly device: Device['provider'];
  readonly problem?: string;
}

/** Creates a session with a small graph on each device. */
export async function tryDevices(libraries: CudaLibraries): Promise<DeviceTrial[]> {
  const graph = smallGraph();
  const onHost = (provider: 'cpu' | 'webgpu') => async (): Promise<void> => {
    const session = await createSession(graph, { device: { provider, index: 0 }, threads: 1, spinning: false });
    await session.release();
  };
  return [
    await trial('cpu', onHost('cpu')),
    await trial('cuda', async () => tryProvider(await loadLibraries(libraries), 0, graph.model)),
    await trial('webgpu', onHost('webgpu')),
  ];
}

async function trial(device: DeviceTrial['device'], use: () => Promise<void>): Promise<DeviceTrial> {
  try {
    await use();
    return { device };
  } catch (error) {
    return { device, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** x + x. */
function smallGraph(): Graph {
  const graph = new GraphBuilder('trial');
  const x = graph.input('x', 'float32', [4]);
  graph.output('sum', graph.node('Add', [x, x]), 'float32', [4]);
  return graph.build({ file: '', place: () => ({ offset: 0, length: 0 }) });
}
