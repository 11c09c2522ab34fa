import type { PlacedWeights } from '../../checkpoint/safetensors-file.js';
import { drawTokens } from '../../graph/draw.js';
import { GraphBuilder, type Graph, type Value } from '../../graph/onnx.js';
import { pagedAttention } from '../../graph/paged-attention.js';
import type { DeviceGraphOptions } from '../device-transformer.js';
import { modulationInside, rarBlocks, rarLogits } from './step-graph.js';
import type { RarWeights } from './weights.js';

/**
 * RAR's transformer for a device, from row indices to drawn tokens; see buildRandarDeviceGraph. adaLN is computed in every
 * step, as in the reference: a GPU has compute to spare, and a cached class would take hundreds of megabytes.
 *
 *     x = positions[position] + targets[target] + embeddings[embedding]
 *     modulation = adaLN(timesteps[timestep] + embeddings[condition])
 *
 * Inputs: position, target, embedding, timestep, condition [N], int32: row indices into the tables, where `targets` ends
 * with a row of zeros and `embeddings` with the class token; wanted [W], int32; and those of pagedAttention and drawTokens.
 */
export function buildRarDeviceGraph(
  weights: RarWeights,
  file: PlacedWeights,
  { floatType, spelled }: DeviceGraphOptions,
): Graph {
  const { shape } = weights;
  const { dimension } = shape;
  const graph = new GraphBuilder('rar-device-step', floatType);
  const table = (parameter: RarWeights['embeddings']) =>
    graph.node('Reshape', [graph.weight(parameter), graph.ints([-1, dimension])]);
  const withRow = (rows: Value, row: Value) => graph.node('Concat', [rows, row], { axis: 0 });
  const rowsOf = (name: string, rows: Value) =>
    graph.node('Gather', [rows, graph.input(name, 'int32', ['N'])], { axis: 0 });

  const embeddings = withRow(table(weights.embeddings), table(weights.classToken));
  const zeros = graph.floats(new Float32Array(dimension), [1, dimension]);
  const place = graph.node('Add', [
    rowsOf('position', table(weights.positions)),
    rowsOf('target', withRow(table(weights.targets), zeros)),
  ]);
  const x = graph.node('Add', [place, rowsOf('embedding', embeddings)]);
  const condition = graph.node('Add', [rowsOf('timestep', table(weights.timesteps)), rowsOf('condition', embeddings)]);
  const modulation = modulationInside(graph, condition, weights);
  const attend = pagedAttention(graph, shape, spelled);
  const hidden = rarBlocks(graph, weights, x, modulation, attend);
  const wanted = graph.input('wanted', 'int32', ['W']);
  drawTokens(graph, rarLogits(graph, weights, hidden, modulation, wanted), shape.vocabulary);
  return graph.build(file);
}
