import type { ParameterReader } from '../checkpoint/parameters.js';
import { countIn, LayerStack, readConvolution, readNormalisation, width, type Layer } from './convolutional-layers.js';
import type { TokenizerWeights } from './tokenizer-weights.js';

/**
 * LlamaGen's VQ tokenizer.
 * Source: ziqipang/RandAR, RandAR/model/tokenizer.py (VQModel), which follows LlamaGen and taming-transformers.
 *
 * Takes every parameter by its public name; all sizes follow from the shapes.
 *
 * @throws CheckpointError listing every missing, misshapen and unexpected parameter.
 */
export function readLlamaGen(reader: ParameterReader): TokenizerWeights {
  const levels = Math.max(countIn(reader, 'encoder.conv_blocks.'), countIn(reader, 'decoder.conv_blocks.'), 1);
  const levelBlocks = Array.from({ length: levels }, (_, i) => countIn(reader, `encoder.conv_blocks.${i}.res.`));
  const blocks = Math.max(...levelBlocks, 1);
  const z = width(reader, ['encoder.conv_out']);
  const [vocabulary = NaN, codebookDimensions = NaN] = reader.shape('quantize.embedding.weight', 2);
  const codebook = reader.take('quantize.embedding.weight', [vocabulary, codebookDimensions]);
  const sizes = { levels, blocks, z, codebookDimensions };
  const encoder = readEncoder(reader, sizes);
  const decoder = readDecoder(reader, sizes);
  // Usage statistics from training, 65,536 numbers.
  reader.ignore('quantize.codebook_used');
  reader.finish();
  return {
    family: 'llamagen',
    factor: 2 ** (levels - 1),
    vocabulary,
    codebookDimensions,
    codebook,
    isNormalised: true,
    // -1 to 1; the extra 0.5 makes truncation round to the nearest level.
    range: { scale: 127.5, low: -1, high: 128 },
    encoder,
    decoder,
  };
}

interface Sizes {
  readonly levels: number;
  /** Residual layers per level of the encoder; the decoder has one more. */
  readonly blocks: number;
  readonly z: number;
  readonly codebookDimensions: number;
}

function readEncoder(reader: ParameterReader, { levels, blocks, z, codebookDimensions }: Sizes): Layer[] {
  const stack = new LlamaGenStack(reader, 3);
  stack.convolution('encoder.conv_in', width(reader, ['encoder.conv_in']), 3);
  for (let level = 0; level < levels; level++) {
    stack.level(`encoder.conv_blocks.${level}`, blocks);
    if (level < levels - 1) stack.downsample(`encoder.conv_blocks.${level}.downsample.conv`);
  }
  stack.middle('encoder.mid');
  stack.normalisedSwish('encoder.norm_out');
  stack.convolution('encoder.conv_out', z, 3);
  stack.convolution('quant_conv', codebookDimensions, 1);
  return stack.layers;
}

function readDecoder(reader: ParameterReader, { levels, blocks, z, codebookDimensions }: Sizes): Layer[] {
  const stack = new LlamaGenStack(reader, codebookDimensions);
  stack.convolution('post_quant_conv', z, 1);
  stack.convolution('decoder.conv_in', width(reader, ['decoder.conv_in']), 3);
  stack.middle('decoder.mid');
  for (let level = 0; level < levels; level++) {
    stack.level(`decoder.conv_blocks.${level}`, blocks + 1);
    if (level < levels - 1) stack.upsample(`decoder.conv_blocks.${level}.upsample.conv`);
  }
  stack.normalisedSwish('decoder.norm_out');
  stack.convolution('decoder.conv_out', 3, 3);
  return stack.layers;
}

const residual = { bias: true, shortcutOf: 'input' } as const;

class LlamaGenStack extends LayerStack {
  /** Residual layers, each followed by attention if the level has it. */
  level(name: string, blocks: number): void {
    const attends = countIn(this.reader, `${name}.attn.`) > 0;
    for (let block = 0; block < blocks; block++) {
      this.residual(`${name}.res.${block}`, residual);
      if (attends) this.attention(`${name}.attn.${block}`);
    }
  }

  middle(name: string): void {
    this.residual(`${name}.0`, residual);
    this.attention(`${name}.1`);
    this.residual(`${name}.2`, residual);
  }

  /** Pads a row of zeros below and a column on the right, then convolves with stride 2. */
  downsample(name: string): void {
    const { reader, channels } = this;
    const options = { pads: [0, 0, 1, 1], strides: [2, 2] };
    this.layers.push(readConvolution(reader, name, [channels, channels, 3, 3], options));
  }

  attention(name: string): void {
    this.layers.push(readAttention(this.reader, name, this.channels));
  }
}

/**
 * Each cell of the map [B, C, H, W] attends to all cells: softmax(q' k / sqrt(C)) v over the H*W cells, with one head.
 */
function readAttention(reader: ParameterReader, name: string, channels: number): Layer {
  const pointwise = (part: string) => readConvolution(reader, `${name}.${part}`, [channels, channels, 1, 1]);
  const norm = readNormalisation(reader, `${name}.norm`, channels);
  const [q, k, v, projection] = [pointwise('q'), pointwise('k'), pointwise('v'), pointwise('proj_out')];
  return (graph, x) => {
    const normed = norm(graph, x);
    const flat = graph.ints([0, channels, -1]);
    const cells = (layer: Layer) => graph.node('Reshape', [layer(graph, normed), flat]);
    const scores = graph.node('com.microsoft.FusedMatMul', [cells(q), cells(k)], {
      transA: 1,
      alpha: { float: 1 / Math.sqrt(channels) },
    });
    const shares = graph.node('Softmax', [scores], { axis: 2 });
    const mixed = graph.node('com.microsoft.FusedMatMul', [cells(v), shares], { transB: 1 });
    const map = graph.node('Reshape', [mixed, graph.node('Shape', [x])]);
    return graph.node('Add', [x, projection(graph, map)]);
  };
}
