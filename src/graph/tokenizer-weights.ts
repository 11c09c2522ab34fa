import type { Parameter } from '../checkpoint/parameters.js';
import type { PlacedWeights } from '../checkpoint/safetensors-file.js';
import type { Layer } from './convolutional-layers.js';
import { GraphBuilder, type Graph } from './onnx.js';

export const tokenizerFamilies = ['llamagen', 'maskgit'] as const;
export type TokenizerFamily = (typeof tokenizerFamilies)[number];

/**
 * A VQ tokenizer of any family: the layers of its networks in execution order, and how pixels and vectors are scaled.
 * The codebook lookup between encoder and decoder is not part of the graphs.
 */
export interface TokenizerWeights {
  readonly family: TokenizerFamily;
  /** The side of a cell in pixels. */
  readonly factor: number;
  readonly vocabulary: number;
  readonly codebookDimensions: number;
  /** [vocabulary, codebookDimensions], as stored. */
  readonly codebook: Parameter;
  /** Whether codebook rows and the encoder's vectors are normalized, so that only their direction counts. */
  readonly isNormalised: boolean;
  readonly range: PixelRange;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
}

/**
 * Maps bytes 0 to 255 to the networks' range. Input: byte / scale + low. Output: x * scale + high, clamped and
 * truncated.
 */
export interface PixelRange {
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

/** z [B, codebookDimensions, H, W], codebook rows, to pixels [B, 3, H*factor, W*factor] in the family's range. */
export function buildDecoderGraph(
  { family, decoder, codebookDimensions }: TokenizerWeights,
  file: PlacedWeights,
): Graph {
  const graph = new GraphBuilder(`${family}-decoder`);
  const z = graph.input('z', 'float32', ['B', codebookDimensions, 'H', 'W']);
  const pixels = decoder.reduce((x, layer) => layer(graph, x), z);
  graph.output('pixels', pixels, 'float32', ['B', 3, 'Hf', 'Wf']);
  return graph.build(file);
}

/** Pixels [B, 3, H*factor, W*factor] in the family's range to z [B, codebookDimensions, H, W], before normalization. */
export function buildEncoderGraph(
  { family, encoder, codebookDimensions }: TokenizerWeights,
  file: PlacedWeights,
): Graph {
  const graph = new GraphBuilder(`${family}-encoder`);
  const pixels = graph.input('pixels', 'float32', ['B', 3, 'Hf', 'Wf']);
  const z = encoder.reduce((x, layer) => layer(graph, x), pixels);
  graph.output('z', z, 'float32', ['B', codebookDimensions, 'H', 'W']);
  return graph.build(file);
}
