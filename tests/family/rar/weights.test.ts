import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../src/checkpoint/checkpoint-error.js';
import { ParameterReader } from '../../../src/checkpoint/parameters.js';
import type { StoredTensor } from '../../../src/checkpoint/weight-file.js';
import { rarPrecision, readRar } from '../../../src/family/rar/weights.js';
import { rar } from '../../../src/family/rar/family.js';
import { rarShapes } from '../../support/goldens/rar-shapes.js';

const small = { dimension: 64, layers: 2, hidden: 160, heads: 4, vocabulary: 40, classes: 9, cells: 64 };
const tensorsOf = (sizes: typeof small) =>
  new Map<string, StoredTensor>(
    Object.entries(rarShapes(sizes)).map(([name, shape]) => [name, { dtype: 'F32', shape }]),
  );

/** The problems listed in one error, without the file name. */
function problemsOf(edit: (tensors: Map<string, StoredTensor>) => void): string[] {
  const tensors = tensorsOf(small);
  edit(tensors);
  try {
    readRar(new ParameterReader('rar.bin', tensors));
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return error.message.replace('rar.bin: ', '').split('; ');
  }
  return [];
}

const resize = (name: string, shape: readonly number[]) => (tensors: Map<string, StoredTensor>) =>
  void tensors.set(name, { dtype: 'F32', shape });

describe("RAR's sizes", () => {
  // The reference's README_RAR.md states parameters in millions.
  it.each([
    ['B', 768, 24, 3072, 261],
    ['L', 1024, 24, 4096, 461],
    ['XL', 1280, 32, 5120, 955],
    ['XXL', 1408, 40, 6144, 1499],
  ])('follow from the shapes of the released %s', (_, dimension, layers, hidden, millions) => {
    const sizes = { dimension, layers, hidden, heads: 16, vocabulary: 1024, classes: 1000, cells: 256 };
    const { shape } = readRar(new ParameterReader('rar.bin', tensorsOf(sizes)));
    const { parameters, ...others } = shape;
    expect(others).toEqual({
      dimension,
      layers,
      heads: 16,
      headDimension: dimension / 16,
      vocabulary: 1024,
      classes: 1000,
      cells: 256,
    });
    expect(Math.abs(parameters / 1e6 - millions)).toBeLessThan(1);
  });

  it('are recognised by a name that no other family has', () => {
    expect(rar.recognises([...tensorsOf(small).keys()])).toBe(true);
    expect(rar.recognises(['cls_token', 'pos_embed', 'blocks.0.attn.qkv.weight'])).toBe(false);
  });

  it("come with the precision of the step's matrices", () => {
    const tensors = tensorsOf(small);
    for (const [name, { shape }] of tensors) tensors.set(name, { dtype: 'F16', shape });
    expect(rarPrecision(readRar(new ParameterReader('rar.bin', tensors)))).toBe('fp16');
  });
});

describe('a file of RAR is refused', () => {
  it('with every parameter that is missing, misshapen or unknown, at once', () => {
    const problems = problemsOf((tensors) => {
      tensors.delete('cls_token');
      tensors.delete('blocks.1.adaLN_modulation.1.bias');
      resize('blocks.0.attn.k_norm.weight', [15])(tensors);
      resize('blocks.1.mlp.fc2.weight', [64, 128])(tensors);
      resize('adaln_before_head.adaLN_modulation.1.weight', [64, 64])(tensors);
      resize('timesteps_embeddings', [1, 64, 64])(tensors);
      resize('optimizer.step', [1])(tensors);
    });
    expect(problems).toEqual([
      'blocks.0.attn.k_norm.weight has shape [15], expected [16]',
      'blocks.1.mlp.fc2.weight has shape [64, 128], expected [64, 160]',
      'blocks.1.adaLN_modulation.1.bias is missing',
      'cls_token is missing',
      'timesteps_embeddings has shape [1, 64, 64], expected [1, 164, 64]',
      'adaln_before_head.adaLN_modulation.1.weight has shape [64, 64], expected [128, 64]',
      'optimizer.step is not a parameter of this family',
    ]);
  });

  it.each([
    [
      'heads that do not divide a row',
      'blocks.0.attn.q_norm.weight',
      [17],
      /q_norm\.weight has 17 numbers, expected a divisor of 64/,
    ],
    ['no head at all', 'blocks.0.attn.q_norm.weight', [0], /q_norm\.weight has 0 numbers, expected a divisor of 64/],
    [
      'a table without rows for cells',
      'pos_embed',
      [1, 1024, 64],
      /^pos_embed has 1024 rows, expected 1024 plus one per cell/,
    ],
    [
      'no class',
      'embeddings.weight',
      [42, 64],
      /^embeddings\.weight has 42 rows, expected one per token \(40\), two more/,
    ],
  ])('for %s', (_, name, shape, says) => {
    expect(problemsOf(resize(name, shape)).some((problem) => says.test(problem))).toBe(true);
  });

  it('for the one faulty parameter if other sizes depend on it', () => {
    expect(problemsOf((tensors) => tensors.delete('embeddings.weight'))).toEqual(['embeddings.weight is missing']);
    expect(problemsOf((tensors) => tensors.delete('lm_head.weight'))).toEqual(['lm_head.weight is missing']);
    expect(problemsOf((tensors) => tensors.delete('pos_embed'))).toEqual(['pos_embed is missing']);
  });
});
