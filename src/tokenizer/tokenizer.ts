import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { ParameterReader } from '../checkpoint/parameters.js';
import { readFloats } from '../checkpoint/floats.js';
import { withSafetensors } from '../checkpoint/safetensors-file.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import { readTokenizer } from '../graph/read-tokenizer.js';
import {
  buildDecoderGraph,
  buildEncoderGraph,
  type PixelRange,
  type TokenizerFamily,
  type TokenizerWeights,
} from '../graph/tokenizer-weights.js';
import type { GraphSession, OpenGraph } from '../runtime/graph-session.js';
import { createCodebook, lookUp, quantise, type Codebook } from './codebook.js';
import { byteAt, floatAt } from '../numbers/at.js';

/** Converts pictures of any size to tokens and back. A picture is RGB bytes, row by row: [height, width, 3]. */
export interface Tokenizer {
  readonly family: TokenizerFamily;
  readonly vocabulary: number;
  /** The side of a cell in pixels. */
  readonly factor: number;
  readonly codebook: Codebook;
  /** A picture of [grid.height * factor, grid.width * factor] pixels; all of its cells must be known. */
  decode(tokens: Int32Array, grid: Grid): Promise<Uint8Array>;
  /** Several pictures of the same size in one run. */
  decodeBatch(pictures: readonly Int32Array[], grid: Grid): Promise<Uint8Array[]>;
  /** The tokens, row by row, of a picture whose sides are multiples of `factor` pixels. */
  encode(rgb: Uint8Array, width: number, height: number): Promise<Int32Array>;
  /** Releases the sessions. */
  close(): Promise<void>;
}

/**
 * Loads a tokenizer from a safetensors file. The decoder is ready on return; the encoder is created on first use, since
 * most models only ever draw.
 *
 * @param openGraph Where its networks run.
 * @param expected The tokenizer family that model.json states.
 * @throws CheckpointError if the file is broken or holds something else.
 */
export async function loadTokenizer(
  path: string,
  openGraph: OpenGraph,
  expected?: TokenizerFamily,
): Promise<Tokenizer> {
  return withSafetensors(path, async (file) => {
    const weights = readTokenizer(new ParameterReader(path, file.tensors));
    if (expected !== undefined && weights.family !== expected) {
      throw new CheckpointError(
        `${path}: contains a tokenizer of the family "${weights.family}", expected "${expected}": ` +
          `change tokenizer.family in model.json, or use another file`,
      );
    }
    const { vocabulary, isNormalised } = weights;
    const codebook = createCodebook(vocabulary, await readFloats(file, weights.codebook), isNormalised);
    const encoderGraph = buildEncoderGraph(weights, file);
    const decoder = await openGraph(buildDecoderGraph(weights, file));
    return tokenizerOf(weights, codebook, decoder, () => openGraph(encoderGraph));
  });
}

function tokenizerOf(
  { family, factor, range }: TokenizerWeights,
  codebook: Codebook,
  decoder: GraphSession,
  createEncoder: () => Promise<GraphSession>,
): Tokenizer {
  let encoder: Promise<GraphSession> | undefined;

  const decodeBatch = async (pictures: readonly Int32Array[], grid: Grid): Promise<Uint8Array[]> => {
    const cells = cellCount(grid);
    const z = new Float32Array(pictures.length * cells * codebook.dimensions);
    for (const [i, tokens] of pictures.entries()) {
      if (tokens.length !== cells) {
        throw new RangeError(`expected ${cells} tokens for ${grid.width}x${grid.height} cells, got ${tokens.length}`);
      }
      z.set(lookUp(tokens, codebook), i * cells * codebook.dimensions);
    }
    const dims = [pictures.length, codebook.dimensions, grid.height, grid.width];
    const pixels = await decoder.run({ z: { data: z, dims } }, 'pixels');
    const size = pixels.length / pictures.length;
    return pictures.map((_, i) => toBytes(pixels.subarray(i * size, (i + 1) * size), range));
  };

  return {
    family,
    vocabulary: codebook.vocabulary,
    factor,
    codebook,
    decodeBatch,
    decode: async (tokens, grid) => {
      const [picture] = await decodeBatch([tokens], grid);
      return picture as Uint8Array;
    },
    encode: async (rgb, width, height) => {
      if (width % factor !== 0 || height % factor !== 0 || rgb.length !== width * height * 3) {
        throw new RangeError(
          `expected RGB bytes of a size in multiples of ${factor}, got ${rgb.length} bytes of ${width}x${height} pixels`,
        );
      }
      encoder ??= createEncoder();
      const pixels = { data: fromBytes(rgb, range), dims: [1, 3, height, width] };
      return quantise(await (await encoder).run({ pixels }, 'z'), codebook);
    },
    close: async () => {
      await Promise.all([decoder.close(), encoder?.then((made) => made.close())]);
    },
  };
}

/** [3, H, W] floats to [H, W, 3] bytes, clamped and truncated in fp32 like the reference. */
function toBytes(pixels: Float32Array, { scale, high }: PixelRange): Uint8Array {
  const plane = pixels.length / 3;
  const bytes = new Uint8Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) {
      const level = Math.fround(Math.fround(floatAt(pixels, channel * plane + i) * scale) + high);
      bytes[i * 3 + channel] = Math.min(Math.max(level, 0), 255);
    }
  }
  return bytes;
}

/** [H, W, 3] bytes to [3, H, W] floats. */
function fromBytes(rgb: Uint8Array, { scale, low }: PixelRange): Float32Array {
  const plane = rgb.length / 3;
  const pixels = new Float32Array(rgb.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) pixels[channel * plane + i] = byteAt(rgb, i * 3 + channel) / scale + low;
  }
  return pixels;
}
