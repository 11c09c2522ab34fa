import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { ParameterReader } from '../../src/checkpoint/parameters.js';

function readerOf(shapes: Readonly<Record<string, readonly number[]>>): ParameterReader {
  const tensors = new Map(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'F32', shape } as const]));
  return new ParameterReader('weights.safetensors', tensors);
}

/** The problems listed in one error, without the file name. */
function problemsOf(reader: ParameterReader): string[] {
  try {
    reader.finish();
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const [file, ...rest] = error.message.split(': ');
    expect(file).toBe('weights.safetensors');
    return rest.join(': ').split('; ');
  }
  return [];
}

describe('a reader of parameters', () => {
  it('gives a tensor by its name and shape', () => {
    const reader = readerOf({ embedding: [2, 3] });
    expect(reader.take('embedding', [2, 3])).toEqual({ name: 'embedding', dtype: 'F32', shape: [2, 3] });
    expect(problemsOf(reader)).toEqual([]);
  });

  it('reports which tensors exist and their shapes', () => {
    const reader = readerOf({ embedding: [2, 3], norm: [3] });
    expect(reader.has('embedding')).toBe(true);
    expect(reader.has('output')).toBe(false);
    expect(reader.shape('embedding', 2)).toEqual([2, 3]);
    expect(reader.shape('norm', 1)).toEqual([3]);
  });

  it('names every missing, misshapen and unexpected parameter in one error', () => {
    const reader = readerOf({ embedding: [2, 3], norm: [4], output: [3, 2], 'optimizer.state': [1], bias: [1] });
    reader.take('embedding', [2, 3]);
    reader.take('norm', [3]);
    reader.take('output', [2, 3]);
    reader.take('query', [3]);
    reader.take('key', [3]);
    expect(problemsOf(reader)).toEqual([
      'norm has shape [4], expected [3]',
      'output has shape [3, 2], expected [2, 3]',
      'query is missing',
      'key is missing',
      'optimizer.state is not a parameter of this family',
      'bias is not a parameter of this family',
    ]);
  });

  it('reports a parameter of the wrong type', () => {
    const reader = readerOf({ norm: [3], weight: [3, 3] });
    reader.take('norm', [3]);
    reader.take('weight', [3, 3], ['I8', 'U8']);
    expect(problemsOf(reader)).toEqual(['weight has type F32, expected one of I8, U8']);
  });

  it('tells shapes of equal size apart', () => {
    const reader = readerOf({ norm: [1, 3] });
    reader.take('norm', [3]);
    expect(problemsOf(reader)).toEqual(['norm has shape [1, 3], expected [3]']);
  });

  it('reports a parameter once, however often it is taken', () => {
    const reader = readerOf({ norm: [1, 3] });
    reader.shape('output', 2);
    reader.take('output', [3, 3]);
    reader.shape('output', 2);
    reader.shape('norm', 1);
    reader.take('norm', [3]);
    expect(problemsOf(reader)).toEqual(['output is missing', 'norm has shape [1, 3], expected 1 dimensions']);
  });

  it('blames only the missing parameter if other sizes depend on it', () => {
    const reader = readerOf({ norm: [3], wqkv: [9, 3], output: [5, 4, 1] });
    const [vocabulary = 0, dimension = 0] = reader.shape('embedding', 2);
    reader.take('embedding', [vocabulary, dimension]);
    reader.take('norm', [dimension]);
    reader.take('wqkv', [3 * dimension, dimension]);
    reader.take('output', [5, dimension]);
    expect(problemsOf(reader)).toEqual(['embedding is missing', 'output has shape [5, 4, 1], expected [5, ?]']);
  });

  it('ignores parameters that inference never uses, present or not', () => {
    const reader = readerOf({ norm: [3], freqs_cis: [7] });
    reader.take('norm', [3]);
    reader.ignore('freqs_cis');
    reader.ignore('codebook_used');
    expect(problemsOf(reader)).toEqual([]);
  });

  it('accepts a parameter of which only the shape was read', () => {
    const reader = readerOf({ norm: [3] });
    reader.shape('norm', 1);
    expect(problemsOf(reader)).toEqual([]);
  });
});
