import { ParameterReader } from '../checkpoint/parameters.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import { totalBytes } from '../checkpoint/weight-file.js';
import { embeddingsFor } from '../decoding/embedding.js';
import { enlargedGrid, enlargementFactor } from '../decoding/enlarging.js';
import type { Grid } from '../decoding/grid.js';
import { randarOnDevice } from '../decoding/randar-device.js';
import type { Sequence } from '../decoding/sequence.js';
import type { StepIndices } from '../decoding/step-indices.js';
import { blockPositions } from '../graph/paged-attention.js';
import { buildDeviceGraph } from '../graph/device-transformer.js';
import type { TransformerShape } from '../graph/transformer-shape.js';
import { readTransformer } from '../graph/transformer-weights.js';
import {
  createDeviceStepSession,
  type DeviceStepOptions,
  type DeviceStepSession,
} from '../runtime/device/device-step-session.js';
import { readEmbeddingSource } from './embedding-source.js';

/** A transformer of any family that decodes on a device. */
export interface DeviceTransformer {
  readonly shape: TransformerShape;
  readonly weightBytes: number;
  /** Positions of a whole picture's sequence. */
  readonly positions: number;
  /** Of one block of keys and values, of all layers. */
  readonly blockBytes: number;
  readonly session: DeviceStepSession;
  readonly sequence: Sequence<StepIndices>;
  readonly enlargedSequence: () => Sequence<StepIndices>;
}

export interface DeviceTransformerOptions extends Omit<DeviceStepOptions, 'shape' | 'indexTypes' | 'blocks'> {
  readonly spelled: boolean;
  /** How many blocks of keys and values there may be, told the bytes of one. */
  readonly blocks: (blockBytes: number) => number;
}

export async function loadRandarOnDevice(
  path: string,
  heads: number,
  grid: Grid,
  options: DeviceTransformerOptions,
): Promise<DeviceTransformer> {
  return withSafetensors(path, async (file) => {
    const weights = readTransformer(new ParameterReader(path, file.tensors), heads);
    const { shape } = weights;
    const source = await readEmbeddingSource(weights, file);
    const { tables, own, enlarged } = randarOnDevice(
      embeddingsFor(source, grid),
      embeddingsFor(source, enlargedGrid(grid), enlargementFactor),
    );
    const blockBytes = kvBlockBytes(shape, options.floatType);
    const session = createDeviceStepSession(buildDeviceGraph(weights, file, tables, options), {
      ...options,
      shape,
      indexTypes: { embedding: 'int32', rotation: 'int64' },
      blocks: () => options.blocks(blockBytes),
    });
    return {
      shape,
      weightBytes: totalBytes(file),
      positions: own.capacity,
      blockBytes,
      session,
      sequence: own,
      enlargedSequence: () => enlarged,
    };
  });
}

function kvBlockBytes({ layers, dimension }: TransformerShape, floatType: 'F16' | 'F32'): number {
  return layers * 2 * blockPositions * dimension * (floatType === 'F16' ? 2 : 4);
}
