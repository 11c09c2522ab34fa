import type { ParameterReader } from '../checkpoint/parameters.js';
import { countIn, LayerStack, width, type Layer } from './convolutional-layers.js';
import type { TokenizerWeights } from './tokenizer-weights.js';

/**
 * MaskGIT's VQGAN, a tokenizer without attention.
 * Source: ziqipang/RandAR, RandAR/model/maskgit_tokenizer.py (MaskGITTokenizer), which follows open-muse.
 *
 * Takes every parameter by its public name; all sizes follow from the shapes.
 *
 * @throws CheckpointError listing every missing, misshapen and unexpected parameter.
 */
export function readMaskGit(reader: ParameterReader): TokenizerWeights {
  const levels = Math.max(countIn(reader, 'encoder.down.'), countIn(reader, 'decoder.up.'), 1);
  const blockPlaces = ['encoder.mid.', 'decoder.mid.', 'encoder.down.0.block.', 'decoder.up.0.block.'];
  const blocks = Math.max(...blockPlaces.map((prefix) => countIn(reader, prefix)), 1);
  const [vocabulary = NaN, codebookDimensions = NaN] = reader.shape('quantize.embedding.weight', 2);
  const codebook = reader.take('quantize.embedding.weight', [vocabulary, codebookDimensions]);
  const sizes = { levels, blocks, codebookDimensions };
  const encoder = readEncoder(reader, sizes);
  const decoder = readDecoder(reader, sizes);
  reader.finish();
  return {
    family: 'maskgit',
    factor: 2 ** (levels - 1),
    vocabulary,
    codebookDimensions,
    codebook,
    isNormalised: false,
    // 0 to 1.
    range: { scale: 255, low: 0, high: 0 },
    encoder,
    decoder,
  };
}

interface Sizes {
  readonly levels: number;
  /** Residual layers per level, and in the middle. */
  readonly blocks: number;
  readonly codebookDimensions: number;
}

function readEncoder(reader: ParameterReader, { levels, blocks, codebookDimensions }: Sizes): Layer[] {
  const stack = new MaskGitStack(reader, 3);
  stack.convolution('encoder.conv_in', width(reader, ['encoder.conv_in']), 3, { bias: false });
  for (let level = 0; level < levels; level++) {
    stack.residuals(`encoder.down.${level}.block`, blocks);
    if (level < levels - 1) stack.halve();
  }
  stack.residuals('encoder.mid', blocks);
  stack.normalisedSwish('encoder.norm_out');
  stack.convolution('encoder.conv_out', codebookDimensions, 1);
  return stack.layers;
}

function readDecoder(reader: ParameterReader, { levels, blocks, codebookDimensions }: Sizes): Layer[] {
  const stack = new MaskGitStack(reader, codebookDimensions);
  stack.convolution('decoder.conv_in', width(reader, ['decoder.conv_in']), 3);
  stack.residuals('decoder.mid', blocks);
  // Levels are numbered from the highest resolution down, and run from the lowest up.
  for (let level = levels - 1; level >= 0; level--) {
    stack.residuals(`decoder.up.${level}.block`, blocks);
    if (level > 0) stack.upsample(`decoder.up.${level}.upsample_conv`);
  }
  stack.normalisedSwish('decoder.norm_out');
  stack.convolution('decoder.conv_out', 3, 3);
  return stack.layers;
}

class MaskGitStack extends LayerStack {
  residuals(name: string, blocks: number): void {
    for (let block = 0; block < blocks; block++) {
      // Not a slip: the shortcut is applied to the output of conv2, and the layer's input is dropped.
      this.residual(`${name}.${block}`, { bias: false, shortcutOf: 'output' });
    }
  }

  /** The mean of each 2x2 block. */
  halve(): void {
    this.layers.push((graph, x) => graph.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }));
  }
}
