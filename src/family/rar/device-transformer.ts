import { ParameterReader } from '../../checkpoint/parameters.js';
import { withSafetensors } from '../../checkpoint/safetensors-file.js';
import { elementCount, totalBytes } from '../../checkpoint/weight-file.js';
import type { Grid } from '../../decoding/grid.js';
import { createDeviceStepSession } from '../../runtime/device/device-step-session.js';
import { kvBlockBytes, type DeviceTransformer, type DeviceTransformerOptions } from '../device-transformer.js';
import { buildRarDeviceGraph } from './device-graph.js';
import { rarDeviceLayout } from './device-layout.js';
import { checkSizes } from './transformer.js';
import { rarPrecision, readRar } from './weights.js';

export async function loadRarOnDevice(
  path: string,
  heads: number,
  grid: Grid,
  options: DeviceTransformerOptions,
): Promise<DeviceTransformer> {
  return withSafetensors(path, (file) => {
    const weights = readRar(new ParameterReader(path, file.tensors));
    const { shape } = weights;
    checkSizes(path, shape, heads, grid);
    const blockBytes = kvBlockBytes(shape, options.floatType);
    const session = createDeviceStepSession(buildRarDeviceGraph(weights, file, options), {
      ...options,
      shape,
      indexTypes: { position: 'int32', target: 'int32', embedding: 'int32', timestep: 'int32', condition: 'int32' },
      blocks: () => options.blocks(blockBytes),
    });
    const rowsOf = (parameter: { readonly shape: readonly number[] }) =>
      elementCount(parameter.shape) / shape.dimension;
    return {
      shape,
      precision: rarPrecision(weights),
      weightBytes: totalBytes(file),
      blockBytes,
      session,
      layout: rarDeviceLayout(shape, grid, {
        targets: rowsOf(weights.targets),
        embeddings: rowsOf(weights.embeddings),
      }),
      enlargedLayout: () => {
        throw new Error('RAR cannot enlarge pictures');
      },
    };
  });
}
