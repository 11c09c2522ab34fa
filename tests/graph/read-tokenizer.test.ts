import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { openWeights } from '../../src/checkpoint/open-weights.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';
import { readTokenizer } from '../../src/graph/read-tokenizer.js';
import { goldenFile } from '../support/goldens/load.js';

type Shapes = Record<string, readonly number[] | undefined>;

async function shapesOf(golden: string): Promise<Shapes> {
  const file = await openWeights(goldenFile(golden));
  await file.close();
  return Object.fromEntries([...file.tensors].map(([name, { shape }]) => [name, shape]));
}

/** Reads a tokenizer with these parameters; an undefined shape removes one. */
function read(shapes: Shapes) {
  const entries = Object.entries(shapes).flatMap(([name, shape]) => (shape ? [[name, shape] as const] : []));
  const tensors = new Map(entries.map(([name, shape]) => [name, { dtype: 'F32', shape } as const]));
  return readTokenizer(new ParameterReader('weights.safetensors', tensors));
}

/** The problems listed in one error, sorted by name. */
function problemsOf(shapes: Shapes): string[] {
  try {
    read(shapes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return error.message.replace('weights.safetensors: ', '').split('; ').sort();
  }
  return [];
}

describe('a tokenizer file', () => {
  it('has a family and sizes', async () => {
    expect(read(await shapesOf('llamagen-f4.safetensors'))).toMatchObject({
      family: 'llamagen',
      factor: 4,
      vocabulary: 50,
      codebookDimensions: 8,
      isNormalised: true,
    });
    expect(read(await shapesOf('llamagen-f8.safetensors'))).toMatchObject({ factor: 8, vocabulary: 70 });
    expect(read(await shapesOf('maskgit-f4.bin'))).toMatchObject({
      family: 'maskgit',
      factor: 4,
      vocabulary: 40,
      codebookDimensions: 24,
      isNormalised: false,
    });
  });

  it('is rejected if it contains something else, naming both families', async () => {
    for (const shapes of [await shapesOf('randar-square4.safetensors'), {}]) {
      expect(() => read(shapes)).toThrow(CheckpointError);
      expect(() => read(shapes)).toThrow(/not a tokenizer of a known family: .*"llamagen".*"maskgit"/);
    }
  });

  it("is rejected if it is taming-transformers' VQGAN, whose names are almost MaskGIT's", () => {
    const shapes = {
      'encoder.down.0.block.0.conv1.weight': [128, 128, 3, 3],
      'encoder.mid.block_1.conv1.weight': [512, 512, 3, 3],
      'post_quant_conv.weight': [256, 256, 1, 1],
    };
    expect(() => read(shapes)).toThrow('not a tokenizer of a known family');
  });

  it.each([
    [
      'llamagen-f4.safetensors',
      {
        'decoder.mid.1.q.bias': undefined,
        'encoder.conv_blocks.1.res.0.conv1.weight': undefined,
        'decoder.conv_out.weight': [4, 32, 3, 3],
        'decoder.conv_blocks.0.upsample.conv.weight': [64, 64, 5, 5],
        'loss.discriminator.weight': [1],
      },
      [
        'decoder.conv_blocks.0.upsample.conv.weight has shape [64, 64, 5, 5], expected [64, 64, 3, 3]',
        'decoder.conv_out.weight has shape [4, 32, 3, 3], expected [3, 32, 3, 3]',
        'decoder.mid.1.q.bias is missing',
        'encoder.conv_blocks.1.res.0.conv1.weight is missing',
        'loss.discriminator.weight is not a parameter of this family',
      ],
    ],
    [
      'maskgit-f4.bin',
      {
        'decoder.up.1.upsample_conv.bias': undefined,
        'encoder.down.1.block.0.conv1.weight': undefined,
        'decoder.up.0.block.0.nin_shortcut.weight': [32, 64, 1, 1],
        'decoder.conv_in.weight': [64, 25, 3, 3],
        'encoder.conv_in.bias': [32],
      },
      [
        'decoder.conv_in.weight has shape [64, 25, 3, 3], expected [64, 24, 3, 3]',
        'decoder.up.0.block.0.nin_shortcut.weight has shape [32, 64, 1, 1], expected [32, 32, 1, 1]',
        'decoder.up.1.upsample_conv.bias is missing',
        'encoder.conv_in.bias is not a parameter of this family',
        'encoder.down.1.block.0.conv1.weight is missing',
      ],
    ],
  ])('%s is refused for all of its missing, misshapen and unexpected parameters at once', async (name, edit, says) => {
    const shapes = await shapesOf(name);
    expect(problemsOf(shapes)).toEqual([]);
    expect(problemsOf({ ...shapes, ...edit })).toEqual(says);
  });

  it.each([
    ['llamagen-f4.safetensors', 'encoder.conv_in.weight'],
    ['llamagen-f4.safetensors', 'quantize.embedding.weight'],
    ['llamagen-f4.safetensors', 'encoder.conv_blocks.2.res.0.nin_shortcut.weight'],
    ['maskgit-f4.bin', 'encoder.conv_in.weight'],
    ['maskgit-f4.bin', 'quantize.embedding.weight'],
    ['maskgit-f4.bin', 'decoder.up.0.block.0.conv1.weight'],
    ['maskgit-f4.bin', 'decoder.up.0.block.0.nin_shortcut.weight'],
  ])('%s without %s is refused for this alone', async (name, missing) => {
    const shapes = await shapesOf(name);
    expect(problemsOf({ ...shapes, [missing]: undefined })).toEqual([`${missing} is missing`]);
  });

  it('is rejected for channels that do not divide into groups', async () => {
    const shapes = await shapesOf('maskgit-f4.bin');
    const narrow = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, shape?.map((size) => (size === 64 ? 48 : size))]),
    );
    const problems = problemsOf(narrow);
    expect(problems).toContain('decoder.mid.0.norm1.weight has shape [48], expected a multiple of 32 channels');
    expect(problems.every((problem) => problem.includes('[48], expected a multiple of 32 channels'))).toBe(true);
  });
});
