import type { PlacedWeights } from '../../checkpoint/safetensors-file.js';
import { attendByLane, laneInputs, type LaneOptions } from '../../graph/attention.js';
import { affine, rowZeros } from '../../graph/linear.js';
import { GraphBuilder, type Graph, type Value } from '../../graph/onnx.js';
import type { Norm, RarShape, RarWeights } from './weights.js';

/**
 * RAR's transformer: builds the graph of a decoding step, and the graph of adaLN for all positions. The residual stream:
 *
 *     for each block, with shift, gain and gate of each half by adaLN:
 *       x = x + gate * projection(attention(norm(q), norm(k), v))   where q, k, v = qkv(norm(x) * gain + shift)
 *       x = x + gate * down(gelu(up(norm(x) * gain + shift)))
 *     logits = head(norm(x) * gain + shift)
 *
 * Source: bytedance/1d-tokenizer, modeling/rar.py.
 *
 * adaLN depends on class and position only, not on the picture, and has a third of a block's weights. So a step does not
 * compute it, but is fed its rows. The graph does not know which embeddings a row of x is made of, either.
 */

/** Where a graph ends: after its last block, or with the logits. The former is for running part of a model. */
export type End = 'hidden' | 'logits';

/** The width of adaLN for one position: six chunks of D for each block, and two for the head. */
export function modulationWidth({ shape: { dimension }, blocks }: RarWeights, end: End = 'logits'): number {
  return (6 * blocks.length + (end === 'logits' ? 2 : 0)) * dimension;
}

/**
 * Inputs: condition [T, D], the class's embedding plus each position's timestep embedding.
 * Outputs: modulation [T, modulationWidth]: shift, gain and gate of the attention, then of the MLP, block by block;
 * then the head's gain and shift.
 */
export function buildModulationGraph(weights: RarWeights, file: PlacedWeights, end: End = 'logits'): Graph {
  const graph = new GraphBuilder('rar-modulation');
  const condition = graph.input('condition', 'float32', ['T', weights.shape.dimension]);
  const rows = modulationRows(graph, condition, weights, end);
  const all = rows.length > 1 ? graph.node('Concat', rows, { axis: 1 }) : (rows[0] as Value);
  graph.output('modulation', all, 'float32', ['T', modulationWidth(weights, end)]);
  return graph.build(file);
}

/**
 * adaLN of each block [T, 6D], and of the head [T, 2D] if needed: each a product with SiLU(condition). Instead of the
 * reference's scale, to which it adds 1 in every step, the rows contain the gain 1 + scale.
 */
function modulationRows(graph: GraphBuilder, condition: Value, weights: RarWeights, end: End): Value[] {
  const { blocks, headModulation } = weights;
  const silu = graph.node('com.microsoft.QuickGelu', [condition], { alpha: { float: 1 } });
  const zeros = rowZeros(graph, silu);
  const layers = [...blocks.map(({ modulation }) => modulation), ...(end === 'logits' ? [headModulation] : [])];
  const parts = (ones: readonly number[]) =>
    graph.floats(ones.flatMap((one) => new Array<number>(weights.shape.dimension).fill(one)));
  const [blockOnes, headOnes] = [parts([0, 1, 0, 0, 1, 0]), parts([1, 0])];
  return layers.map((layer, i) =>
    graph.node('Add', [affine(graph, silu, layer, zeros), i < blocks.length ? blockOnes : headOnes]),
  );
}

export interface RarStepGraphOptions extends LaneOptions {
  readonly end?: End;
  /**
   * Whether a step is fed adaLN's rows, or computes them as the reference does, from the input `condition` [N, D]
   * instead of `modulation`. The latter is for benchmarks and tests.
   */
  readonly adaLn?: 'fed' | 'inside';
}

/**
 * One step of several lanes, packed as in buildRandarStepGraph.
 *
 * Inputs, N being the sum of S*R over the lanes: x [N, D]; modulation [N, modulationWidth]; wanted [W]; those of lanes.
 * Outputs: logits [W, vocabulary], or hidden [N, D]; those of attendByLane, with keys normalised as the cache holds them.
 */
export function buildRarStepGraph(
  weights: RarWeights,
  file: PlacedWeights,
  { end = 'logits', adaLn = 'fed', ...laneOptions }: RarStepGraphOptions = {},
): Graph {
  const { shape } = weights;
  const { dimension, vocabulary } = shape;
  const graph = new GraphBuilder('rar-step');
  const x = graph.input('x', 'float32', ['N', dimension]);
  const modulation = modulationOf(graph, weights, end, adaLn);
  const lanes = laneInputs(graph, laneOptions);
  const hidden = rarBlocks(graph, weights, x, modulation, (i, vectors) => {
    const k = graph.node('Unsqueeze', [vectors.k, graph.ints([1])]);
    const q = graph.node('Unsqueeze', [vectors.q, graph.ints([1])]);
    return attendByLane(graph, { q, k, v: vectors.v }, lanes, i, shape);
  });
  if (end === 'hidden') {
    graph.output('hidden', hidden, 'float32', ['N', dimension]);
    return graph.build(file);
  }
  const wanted = graph.input('wanted', 'int64', ['W']);
  graph.output('logits', rarLogits(graph, weights, hidden, modulation, wanted), 'float32', ['W', vocabulary]);
  return graph.build(file);
}

/** The residual stream after the last block. @param attend From q, k and v [N, D] to the context [N, D]. */
export function rarBlocks(
  graph: GraphBuilder,
  { shape, blocks }: RarWeights,
  x: Value,
  modulation: Modulation,
  attend: (block: number, vectors: { readonly q: Value; readonly k: Value; readonly v: Value }) => Value,
): Value {
  let hidden = x;
  const zeros = rowZeros(graph, hidden);
  for (const [i, block] of blocks.entries()) {
    const [shiftA, gainA, gateA, shiftM, gainM, gateM] = modulation.block(i);

    const attentionIn = modulate(graph, layerNorm(graph, hidden, block.attentionNorm), shiftA, gainA);
    const qkv = affine(graph, attentionIn, block.qkv, zeros);
    const [qFlat, kFlat, v] = graph.nodes('Split', [qkv], 3, { axis: 1, num_outputs: 3 }) as [Value, Value, Value];
    const q = normByHead(graph, qFlat, block.queryNorm, shape);
    const k = normByHead(graph, kFlat, block.keyNorm, shape);
    const context = attend(i, { q, k, v });
    const attended = affine(graph, context, block.projection, zeros);
    hidden = graph.node('Add', [hidden, graph.node('Mul', [gateA, attended])]);

    const mlpIn = modulate(graph, layerNorm(graph, hidden, block.mlpNorm), shiftM, gainM);
    const activated = graph.node('Gelu', [affine(graph, mlpIn, block.up, zeros)]);
    const down = affine(graph, activated, block.down, zeros);
    hidden = graph.node('Add', [hidden, graph.node('Mul', [gateM, down])]);
  }
  return hidden;
}

/** The logits [W, vocabulary] of the wanted rows. */
export function rarLogits(
  graph: GraphBuilder,
  { shape: { dimension }, head }: RarWeights,
  hidden: Value,
  modulation: Modulation,
  wanted: Value,
): Value {
  const asked = (value: Value) => graph.node('Gather', [value, wanted], { axis: 0 });
  const [gain, shift] = modulation.head();
  const ones = graph.floats(new Array<number>(dimension).fill(1));
  const normed = graph.node('LayerNormalization', [asked(hidden), ones], normAttributes);
  const last = modulate(graph, normed, asked(shift), asked(gain));
  return affine(graph, last, head);
}

/** adaLN's chunks, [N, D] each. */
export interface Modulation {
  readonly block: (i: number) => [Value, Value, Value, Value, Value, Value];
  readonly head: () => [Value, Value];
}

function modulationOf(graph: GraphBuilder, weights: RarWeights, end: End, adaLn: 'fed' | 'inside'): Modulation {
  const { dimension } = weights.shape;
  if (adaLn === 'inside') {
    return modulationInside(graph, graph.input('condition', 'float32', ['N', dimension]), weights, end);
  }
  const width = modulationWidth(weights, end);
  const fed = graph.input('modulation', 'float32', ['N', width]);
  // One Split would have too many outputs: WebGPU guarantees only eight buffers per shader.
  const columns = (from: number, to: number): Value =>
    graph.node('Slice', [fed, graph.ints([from]), graph.ints([to]), graph.ints([1])]);
  const blocks = weights.blocks.map((_, i) => columns(6 * i * dimension, 6 * (i + 1) * dimension));
  return inChunks(graph, blocks, end === 'logits' ? columns(width - 2 * dimension, width) : undefined);
}

/** adaLN of condition [N, D], as the reference computes it in every step. */
export function modulationInside(
  graph: GraphBuilder,
  condition: Value,
  weights: RarWeights,
  end: End = 'logits',
): Modulation {
  const rows = modulationRows(graph, condition, weights, end);
  return inChunks(graph, rows.slice(0, weights.blocks.length), rows[weights.blocks.length]);
}

/** @param blocks [N, 6D] of each block, and `head` [N, 2D] */
function inChunks(graph: GraphBuilder, blocks: readonly Value[], head: Value | undefined): Modulation {
  const chunksOf = (rows: Value | undefined, count: number): Value[] => {
    if (rows === undefined) throw new RangeError('a graph without the head has no modulation for it');
    return graph.nodes('Split', [rows], count, { axis: 1, num_outputs: count });
  };
  return {
    block: (i) => chunksOf(blocks[i], 6) as ReturnType<Modulation['block']>,
    head: () => chunksOf(head, 2) as ReturnType<Modulation['head']>,
  };
}

/** Normalizes each head of each row separately, [N, D]. */
function normByHead(graph: GraphBuilder, flat: Value, norm: Norm, { headDimension, dimension }: RarShape): Value {
  const heads = graph.node('Reshape', [flat, graph.ints([-1, headDimension])]);
  return graph.node('Reshape', [layerNorm(graph, heads, norm), graph.ints([-1, dimension])]);
}

const normAttributes = { axis: -1, epsilon: { float: 1e-6 } } as const;

function layerNorm(graph: GraphBuilder, x: Value, { weight, bias }: Norm): Value {
  return graph.node('LayerNormalization', [x, graph.weight(weight), graph.weight(bias)], normAttributes);
}

/** x gain + shift */
function modulate(graph: GraphBuilder, x: Value, shift: Value, gain: Value): Value {
  return graph.node('Add', [graph.node('Mul', [x, gain]), shift]);
}
