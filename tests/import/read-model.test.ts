import { describe, expect, it } from 'vitest';
import type { WeightFile } from '../../src/checkpoint/weight-file.js';
import { ImportError } from '../../src/import/import-options.js';
import { readModel, type Given } from '../../src/import/read-model.js';
import { goldenFile } from '../support/goldens/load.js';
import { floatTensor, randomTransformer, readTensors, type Tensors } from '../support/weights.js';

const llamagen = await readTensors(goldenFile('llamagen-f4.safetensors'));
const transformerOf = (dimension: number) =>
  randomTransformer({ dimension, layers: 2, hidden: 32, vocabulary: 50, classes: 3 });
const transformer = transformerOf(64);

/** Only headers are read. */
function fileOf(file: string, tensors: Tensors, edit: (tensors: Tensors) => void = () => undefined): WeightFile {
  const edited: Tensors = new Map(tensors);
  edit(edited);
  return {
    file,
    tensors: edited,
    bytes: () => Promise.reject(new Error('no number is asked for')),
    close: () => Promise.resolve(),
  };
}

interface Edits {
  readonly dimension?: number;
  readonly transformer?: (tensors: Tensors) => void;
  readonly tokenizer?: (tensors: Tensors) => void;
}

function read(given: Given, { dimension = 64, ...edits }: Edits = {}) {
  const tensors = dimension === 64 ? transformer : transformerOf(dimension);
  const files = [fileOf('gpt.pt', tensors, edits.transformer), fileOf('vq.pt', llamagen, edits.tokenizer)] as const;
  return readModel(...files, given);
}

function refusal(given: Given, edits?: Edits): string[] {
  try {
    read(given, edits);
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError);
    return (error as ImportError).message.split('; ');
  }
  throw new Error('it was read');
}

const rotation = (cells: number, pairs: number) => (tensors: Tensors) => {
  tensors.set('freqs_cis', floatTensor([cells + 1, pairs, 2], new Array<number>((cells + 1) * pairs * 2).fill(0)));
};
const heads = (given: Given, edits?: Edits) => read(given, edits).transformer.shape.heads;

describe('the attention heads', () => {
  it('follow from a head dimension of 64', () => {
    expect(heads({})).toBe(1);
    expect(heads({}, { dimension: 192 })).toBe(3);
  });

  it('are those given', () => {
    expect(heads({ heads: 2 })).toBe(2);
  });

  it('follow from freqs_cis if the file has it', () => {
    expect(heads({}, { transformer: rotation(256, 8) })).toBe(4);
    expect(heads({ heads: 4 }, { transformer: rotation(256, 8) })).toBe(4);
  });

  it('are rejected if they contradict freqs_cis', () => {
    expect(refusal({ heads: 2 }, { transformer: rotation(256, 8) })).toEqual([
      '--heads: freqs_cis of gpt.pt implies 4 attention heads, got 2: omit the option',
    ]);
  });

  it('must be given if 64 does not fit', () => {
    expect(refusal({}, { dimension: 96 })).toEqual([
      '--heads: gpt.pt has a width of 96, which is not a multiple of 64: pass the number of attention heads',
    ]);
    expect(heads({ heads: 3 }, { dimension: 96 })).toBe(3);
  });

  it.each([3, 32])('are rejected if rows do not divide by them: %i', (given) => {
    expect(refusal({ heads: given })).toEqual([
      `gpt.pt: tok_embeddings.weight has rows of 64, expected a multiple of 4 for each of ${given} heads`,
    ]);
  });
});

describe('the grid', () => {
  const grid = (given: Given, edits?: Edits) => read(given, edits).grid;

  it('is that of the released models, or the given one', () => {
    expect(grid({})).toEqual({ width: 16, height: 16 });
    expect(grid({ grid: { width: 5, height: 3 } })).toEqual({ width: 5, height: 3 });
  });

  it('follows from freqs_cis if the file has it', () => {
    expect(grid({}, { transformer: rotation(64, 32) })).toEqual({ width: 8, height: 8 });
    expect(grid({ grid: { width: 16, height: 4 } }, { transformer: rotation(64, 32) })).toEqual({
      width: 16,
      height: 4,
    });
  });

  it('must be given if the number of cells is not a square', () => {
    expect(refusal({}, { transformer: rotation(50, 32) })).toEqual([
      '--grid: gpt.pt has 50 cells, which is not a square number: pass width and height, such as 16x16',
    ]);
    expect(grid({ grid: { width: 5, height: 10 } }, { transformer: rotation(50, 32) })).toEqual({
      width: 5,
      height: 10,
    });
  });

  it('is rejected if it contradicts freqs_cis', () => {
    expect(refusal({ grid: { width: 4, height: 4 } }, { transformer: rotation(64, 32) })).toEqual([
      '--grid: freqs_cis of gpt.pt implies 64 cells, got 4x4 = 16',
    ]);
  });

  it('does not follow from an invalid freqs_cis', () => {
    for (const shape of [[257], [1, 32, 2], [0, 0, 2], [65, 32, 3]]) {
      const edit = (tensors: Tensors) => {
        tensors.set('freqs_cis', floatTensor(shape, []));
      };
      expect(grid({}, { transformer: edit })).toEqual({ width: 16, height: 16 });
    }
  });
});

describe('a model', () => {
  it('is both files and what inference uses of them', () => {
    const model = read(
      { labels: 3 },
      { tokenizer: (tensors) => tensors.set('quantize.codebook_used', floatTensor([1], [0])) },
    );
    expect(model.transformer.shape).toMatchObject({ vocabulary: 50, classes: 3, layers: 2 });
    expect(model.tokenizer).toMatchObject({ family: 'llamagen', vocabulary: 50, factor: 4 });
    expect(new Set(model.tokenizerParameters.map(({ name }) => name))).toEqual(new Set(llamagen.keys()));
  });

  it('is rejected with all problems of both files', () => {
    const problems = refusal(
      { labels: 1000, grid: { width: 4, height: 4 } },
      {
        transformer: (tensors) => {
          rotation(64, 32)(tensors);
          tensors.delete('norm.weight');
          tensors.delete('layers.1.attention.wo.weight');
          tensors.set('layers.0.ffn_norm.weight', floatTensor([65], []));
          tensors.set('optimizer.step', floatTensor([1], []));
        },
        tokenizer: (tensors) => {
          tensors.delete('quant_conv.bias');
          tensors.set('decoder.conv_out.bias', floatTensor([4], []));
          tensors.set('loss.weight', floatTensor([1], []));
        },
      },
    );
    expect(problems).toEqual([
      'gpt.pt: layers.0.ffn_norm.weight has shape [65], expected [64]',
      'layers.1.attention.wo.weight is missing',
      'norm.weight is missing',
      'optimizer.step is not a parameter of this family',
      '--grid: freqs_cis of gpt.pt implies 64 cells, got 4x4 = 16',
      'vq.pt: quant_conv.bias is missing',
      'decoder.conv_out.bias has shape [4], expected [3]',
      'loss.weight is not a parameter of this family',
    ]);
  });

  it('is rejected if its files, or labels and classes, do not match', () => {
    const tokenizer = (tensors: Tensors) => {
      tensors.set('quantize.embedding.weight', floatTensor([49, 8], []));
    };
    expect(refusal({ labels: 1000 }, { tokenizer })).toEqual([
      'vq.pt has 49 codes, gpt.pt 50 tokens: they do not belong together',
      '--labels: 1000 labels, but the transformer has 3 classes',
    ]);
  });

  it('is rejected if both have more tokens than a URL can encode', () => {
    const wide = (rows: number, columns: number) =>
      ({ dtype: 'F32', shape: [rows, columns], bytes: new Uint8Array() }) as const;
    const problems = refusal(
      {},
      {
        transformer: (tensors) => {
          tensors.set('tok_embeddings.weight', wide(65536, 64));
          tensors.set('output.weight', wide(65536, 64));
        },
        tokenizer: (tensors) => {
          tensors.set('quantize.embedding.weight', wide(65536, 8));
        },
      },
    );
    expect(problems).toEqual(['gpt.pt has 65536 tokens: at most 65535 are supported']);
  });

  it('is rejected if the files are swapped', () => {
    const swapped = () => readModel(fileOf('vq.pt', llamagen), fileOf('gpt.pt', transformer), {});
    expect(swapped).toThrow(ImportError);
    expect(swapped).toThrow(
      /--transformer: vq\.pt is not a supported transformer: .*; gpt\.pt: not a tokenizer of a known family/,
    );
  });

  it('is rejected with names that cannot affect a terminal', () => {
    const [problem] = refusal({}, { transformer: (tensors) => tensors.set('\x1b[2Jevil', floatTensor([1], [])) });
    expect(problem).toBe('gpt.pt: "\\u001b[2Jevil" is not a parameter of this family');
  });
});
