import ort from 'onnxruntime-node';
import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { ParameterReader } from '../../checkpoint/parameters.js';
import { withSafetensors, type PlacedWeights } from '../../checkpoint/safetensors-file.js';
import { totalBytes } from '../../checkpoint/weight-file.js';
import { cellCount, type Grid } from '../../decoding/grid.js';
import { isGuided } from '../../decoding/guidance.js';
import { conditionsOf, foldPlaces, readRarTables, type RarTables } from './tables.js';
import { rarInputs, rarLayout } from './sequence-layout.js';
import { buildModulationGraph, buildRarStepGraph, modulationWidth } from './step-graph.js';
import { rarPrecision, readRar, type RarShape, type RarWeights } from './weights.js';
import { rememberModulations, type Modulations } from './modulations.js';
import { createSession, floatsOf, type SessionOptions } from '../../runtime/session.js';
import { createHostStepSession } from '../../runtime/host-step-session.js';
import type { StepSessionOptions } from '../../runtime/step-session.js';
import type { Transformer } from '../transformer.js';

/** RAR's transformer, ready to decode. */
export interface RarTransformer extends Transformer {
  readonly shape: RarShape;
  readonly tables: RarTables;
  readonly modulations: Modulations;
}

export async function loadRar(
  path: string,
  heads: number,
  grid: Grid,
  options: StepSessionOptions,
): Promise<RarTransformer> {
  return withSafetensors(path, async (file) => {
    const weights = readRar(new ParameterReader(path, file.tensors));
    const { shape } = weights;
    checkSizes(path, shape, heads, grid);
    const tables = await readRarTables(weights, file);
    const modulate = await createModulator(weights, file, tables, options);
    const step = await createHostStepSession((lanes) => buildRarStepGraph(weights, file, lanes), shape, options).catch(
      async (error: unknown) => {
        await modulate.close();
        throw error;
      },
    );
    const modulations = rememberModulations((1 + shape.cells) * modulationWidth(weights) * 4, modulate.compute);
    return {
      shape,
      precision: rarPrecision(weights),
      weightBytes: totalBytes(file),
      positions: 1 + shape.cells,
      tables,
      modulations,
      session: {
        ...step,
        close: async () => {
          await Promise.all([step.close(), modulate.close()]);
        },
      },
      layout: async ({ pictures, guidance }) => {
        const labels = pictures.map(({ label }) => label);
        const byLabel = new Map<number, Float32Array>();
        for (const label of isGuided(guidance) ? [...labels, shape.classes] : labels) {
          byLabel.set(label, await modulations.of(label));
        }
        return rarLayout(tables, grid, (label) => {
          const modulation = byLabel.get(label);
          if (!modulation) throw new RangeError(`the modulation of label ${label} was not prepared`);
          return modulation;
        });
      },
      enlargedLayout: () => {
        throw new Error('RAR cannot enlarge pictures');
      },
      knownLogits: async ({ label, tokens, order }) => {
        const sequence = { label, tokens, places: foldPlaces(tables, order), modulation: await modulations.of(label) };
        const inputs = rarInputs(0, 1 + shape.cells, [sequence], shape.cells, tables);
        return step.runAlone(inputs, step.createCache(1, inputs.kept));
      },
    };
  });
}

/** @throws CheckpointError if the weights are for other heads or cells than the model says */
export function checkSizes(path: string, shape: RarShape, heads: number, grid: Grid): void {
  if (shape.heads === heads && shape.cells === cellCount(grid)) return;
  throw new CheckpointError(
    `${path}: the weights are for ${shape.heads} attention heads and ${shape.cells} cells, but model.json says ${heads} ` +
      `and ${grid.width}x${grid.height}`,
  );
}

interface Modulator {
  /** [1 + cells, modulation width] of a class, in one run. */
  readonly compute: (label: number) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
}

async function createModulator(
  weights: RarWeights,
  file: PlacedWeights,
  tables: RarTables,
  options: SessionOptions,
): Promise<Modulator> {
  // Runs once per class. A spinning thread pool would take cores from the steps all the time, and a copy of the weights
  // would take their memory.
  const session = await createSession(buildModulationGraph(weights, file), {
    ...options,
    spinning: false,
    copies: false,
  });
  return {
    compute: async (label) =>
      floatsOf(await session.run(conditionFeed(conditionsOf(tables, label), tables)), 'modulation'),
    close: () => session.release(),
  };
}

/** The inputs to a modulation graph. */
export function conditionFeed(conditions: Float32Array, { dimension }: RarTables): Record<string, ort.Tensor> {
  return { condition: new ort.Tensor('float32', conditions, [conditions.length / dimension, dimension]) };
}
