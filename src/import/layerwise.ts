import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Parameter } from '../checkpoint/parameters.js';
import { openSafetensors, type PlacedWeights } from '../checkpoint/safetensors-file.js';
import { fileSource } from '../checkpoint/source.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';
import { embeddingsFor } from '../decoding/embedding.js';
import type { Grid } from '../decoding/grid.js';
import { firstPositions, stepInputs, type Row, type StepInputs } from '../decoding/step.js';
import { buildStepGraph } from '../graph/transformer.js';
import type { TransformerWeights } from '../graph/transformer-weights.js';
import { readEmbeddingSource } from '../model/embedding-source.js';
import { feedsAlone } from '../runtime/lanes.js';
import { createSession, type SessionOptions } from '../runtime/session.js';

import { floatForm } from './stored-form.js';

/**
 * A transformer run layer by layer over one whole, known sequence, so that no more than a layer's weights are in memory:
 * a machine can judge a model in fp32 that it could not run in it.
 */
export interface Layers<Weights = TransformerWeights> {
  readonly weights: Weights;
  /** Looked up by row. */
  readonly file: WeightFile;
  /** The weights of one part in a file that ONNX Runtime can map; `close` is called when it is done with. */
  readonly open: (part: Weights) => Promise<{
    readonly weights: Weights;
    readonly file: PlacedWeights;
    readonly close: () => Promise<void>;
  }>;
}

/** The layers of a file as they lie in it. */
export function layersOf<Weights>(weights: Weights, file: PlacedWeights): Layers<Weights> {
  return { weights, file, open: (part) => Promise.resolve({ weights: part, file, close: () => Promise.resolve() }) };
}

/** The layers of a file of any kind in fp32, each written to `folder` while it runs. */
export function floatLayersOf(weights: TransformerWeights, file: WeightFile, folder: string): Layers {
  return {
    weights,
    file,
    open: async (part) => {
      return { weights: inFloat32(part), ...(await writeFloats(parametersOf(part), file, folder)) };
    },
  };
}

/** Parameters in fp32 in a file of their own, gone when it is closed. */
export async function writeFloats(
  parameters: readonly Parameter[],
  file: WeightFile,
  folder: string,
): Promise<{ readonly file: PlacedWeights; readonly close: () => Promise<void> }> {
  const place = await mkdtemp(join(folder, 'layer-'));
  const path = join(place, 'layer.safetensors');
  const forms = parameters.map((parameter) => floatForm(parameter, file, 'F32'));
  await writeSafetensors(path, forms, (form) => form.bytes());
  const written = await openSafetensors(await fileSource(path));
  const close = async () => {
    await written.close();
    await rm(place, { recursive: true });
  };
  return { file: written, close };
}

/**
 * Logits [cells, vocabulary] at every query of the sequence [class, Q, T, Q, T ...] of a row.
 *
 * @param onLayer called after each layer
 */
export async function teacherForcedLogits(
  { weights, file, open }: Layers,
  row: Row,
  grid: Grid,
  options: SessionOptions,
  onLayer: () => void,
): Promise<Float32Array> {
  const { shape, layers } = weights;
  const source = await readEmbeddingSource(weights, file);
  const positions = firstPositions(row.order.length, 0);
  const inputs = stepInputs(positions, [row], positions.length, embeddingsFor(source, grid));

  const run = async (part: TransformerWeights, fed: StepInputs, end: 'hidden' | 'logits') => {
    const opened = await open(part);
    try {
      const session = await createSession(buildStepGraph(opened.weights, opened.file, { end }), options);
      const outputs = await session.run(feedsAlone(fed, part.shape));
      await session.release();
      return outputs[end]?.data as Float32Array;
    } finally {
      await opened.close();
    }
  };

  let fed: StepInputs = { ...inputs, wanted: 0 };
  for (const layer of layers) {
    const part = { ...weights, layers: [layer], shape: { ...shape, layers: 1 } };
    const hidden = await run(part, fed, 'hidden');
    fed = { ...fed, features: { ...fed.features, x: { width: shape.dimension, numbers: hidden } } };
    onLayer();
  }
  const head = { ...weights, layers: [], shape: { ...shape, layers: 0 } };
  return run(head, queriesOf(fed), 'logits');
}

/** Every second position: what the logits are asked at. */
function queriesOf(inputs: StepInputs): StepInputs {
  const cells = (inputs.positions - 1) / 2;
  const features = Object.fromEntries(
    Object.entries(inputs.features).map(([name, { width, numbers }]) => {
      const queries = new Float32Array(cells * width);
      for (let cell = 0; cell < cells; cell++) {
        const at = (1 + 2 * cell) * width;
        queries.set(numbers.subarray(at, at + width), cell * width);
      }
      return [name, { width, numbers: queries }];
    }),
  );
  return { ...inputs, positions: cells, features, wanted: cells };
}

/** What one part's graph names: its layers, and the head where it has none. */
function parametersOf({ layers, norm, output }: TransformerWeights): Parameter[] {
  if (layers.length === 0) return [norm, output.weight];
  return layers.flatMap((layer) => {
    const { attentionNorm, wqkv, wo, ffnNorm, w1, w2, w3 } = layer;
    return [attentionNorm, ffnNorm, ...[wqkv, wo, w1, w2, w3].map(({ weight }) => weight)];
  });
}

function inFloat32(part: TransformerWeights): TransformerWeights {
  const vector = (parameter: Parameter): Parameter => ({ ...parameter, dtype: 'F32' });
  const matrix = ({ shape, weight }: TransformerWeights['output']): TransformerWeights['output'] => ({
    kind: 'float',
    shape,
    weight: vector(weight),
  });
  return {
    ...part,
    norm: vector(part.norm),
    output: matrix(part.output),
    layers: part.layers.map(({ attentionNorm, wqkv, wo, ffnNorm, w1, w2, w3 }) => ({
      attentionNorm: vector(attentionNorm),
      wqkv: matrix(wqkv),
      wo: matrix(wo),
      ffnNorm: vector(ffnNorm),
      w1: matrix(w1),
      w2: matrix(w2),
      w3: matrix(w3),
    })),
  };
}
