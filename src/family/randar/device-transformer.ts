import { ParameterReader } from '../../checkpoint/parameters.js';
import { withSafetensors } from '../../checkpoint/safetensors-file.js';
import { totalBytes } from '../../checkpoint/weight-file.js';
import { enlargedGrid, enlargementFactor } from '../../decoding/enlarging.js';
import type { Grid } from '../../decoding/grid.js';
import { createDeviceStepSession } from '../../runtime/device/device-step-session.js';
import { kvBlockBytes, type DeviceTransformer, type DeviceTransformerOptions } from '../device-transformer.js';
import { buildRandarDeviceGraph } from './device-graph.js';
import { randarOnDevice } from './device-layout.js';
import { embeddingsFor, readRandarTables } from './tables.js';
import { randarPrecision, readRandar } from './weights.js';

export async function loadRandarOnDevice(
  path: string,
  heads: number,
  grid: Grid,
  options: DeviceTransformerOptions,
): Promise<DeviceTransformer> {
  return withSafetensors(path, async (file) => {
    const weights = readRandar(new ParameterReader(path, file.tensors), heads);
    const { shape } = weights;
    const tables = await readRandarTables(weights, file);
    const onDevice = randarOnDevice(
      embeddingsFor(tables, grid),
      embeddingsFor(tables, enlargedGrid(grid), enlargementFactor),
    );
    const blockBytes = kvBlockBytes(shape, options.floatType);
    const session = createDeviceStepSession(buildRandarDeviceGraph(weights, file, onDevice.tables, options), {
      ...options,
      shape,
      indexTypes: { embedding: 'int32', rotation: 'int64' },
      blocks: () => options.blocks(blockBytes),
    });
    return {
      shape,
      precision: randarPrecision(weights),
      weightBytes: totalBytes(file),
      blockBytes,
      session,
      layout: onDevice.own,
      enlargedLayout: () => onDevice.enlarged,
    };
  });
}
