import type { Parameter } from '../checkpoint/parameters.js';
import type { PlacedWeights } from '../checkpoint/safetensors-file.js';
import type { Layer } from './convolutional-layers.js';
import { GraphBuilder, type Graph } from './onnx.js';

export const tokenizerFamilies = ['llamagen', 'maskgit'] as const;
export type TokenizerFamily = (typeof tokenizerFamilies)[number];

/**
 * A VQ tokenizer of any family: the layers of its networks in the order in which they run, and what differs around
 * them. The codebook between the networks is no part of a graph: vectors become tokens and tokens vectors outside.
 */
export interface TokenizerWeights {
  readonly family: TokenizerFamily;
  /** Pixels along a cell's side. */
  readonly factor: number;
  readonly vocabulary: number;
  readonly codebookDimensions: number;
  /** [vocabulary, codebookDimensions] as it lies in the file. */
  readonly codebook: Parameter;
  /** Codebook rows and the encoder's vectors are scaled to length one before they are used: directions count, no lengths. */
  readonly isNormalised: boolean;
  readonly range: PixelRange;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
}

/** What a byte 0..255 is to the networks: in, byte / scale + low; out, x * scale + high, clamped, truncated. */
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

/** pixels [B, 3, H*factor, W*factor] in the family's range to z [B, codebookDimensions, H, W], not yet normalised. */
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
