import { CheckpointError, quote } from '../checkpoint/checkpoint-error.js';
import type { ParameterReader } from '../checkpoint/parameters.js';
import { readLlamaGen } from './llamagen.js';
import { readMaskGit } from './maskgit.js';
import type { TokenizerFamily, TokenizerWeights } from './tokenizer-weights.js';

/**
 * Reads a tokenizer, detecting its family from the parameter names.
 *
 * @throws CheckpointError if the family is unknown, or listing every missing, misshapen and unexpected parameter.
 */
export function readTokenizer(reader: ParameterReader): TokenizerWeights {
  switch (familyOf([...reader.tensors.keys()])) {
    case 'llamagen':
      return readLlamaGen(reader);
    case 'maskgit':
      return readMaskGit(reader);
    case undefined: {
      const names = [...reader.tensors.keys()].slice(0, 3).map(quote).join(', ');
      throw new CheckpointError(
        `${reader.file}: not a tokenizer of a known family: expected parameters of LlamaGen's VQModel ("llamagen": ` +
          `encoder.conv_blocks.0..., decoder.conv_blocks.0...) or of MaskGIT-VQGAN ("maskgit": encoder.down.0.block..., ` +
          `decoder.up.0.block..., no quant_conv), but it contains ${names ? `${names} ...` : 'no tensors'}`,
      );
    }
  }
}

function familyOf(names: readonly string[]): TokenizerFamily | undefined {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/^(encoder|decoder)\.conv_blocks\.\d/)) return 'llamagen';
  // With quant_conv, it is taming-transformers' own VQGAN, which is not supported.
  if (has(/^(encoder\.down|decoder\.up)\.\d+\.block\.\d/) && !has(/^(post_)?quant_conv\./)) return 'maskgit';
  return undefined;
}
