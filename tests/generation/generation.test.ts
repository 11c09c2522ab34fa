import { describe, expect, it } from 'vitest';
import { Generation } from '../../src/generation/generation.js';
import type { GenerationRequest } from '../../src/generation/request.js';

const request: GenerationRequest = {
  model: 'm',
  label: 3,
  seed: 5,
  count: 2,
  width: 2,
  height: 1,
  tokensPerStep: [1, 1],
  order: { kind: 'raster' },
  guidance: { start: 1, end: 1, curve: 'linear', power: 1 },
  sampling: { temperature: 1, topK: 0, topP: 1 },
  preview: { mode: 'none' },
};

const step = (n: number, cell: number, tokens: readonly number[]) => ({
  type: 'step' as const,
  step: n,
  images: tokens.map((token) => ({
    positions: Int32Array.of(cell),
    tokens: Int32Array.of(token),
    probabilities: Float32Array.of(1),
    decoded: n,
  })),
});

describe('a generation', () => {
  it('follows its events, from queued to completed', async () => {
    const generation = new Generation('g', request);
    generation.apply({ type: 'queued', position: 0 });
    expect(generation.status).toBe('queued');
    generation.apply({ type: 'started' });
    generation.apply(step(1, 1, [7, 8]));
    expect(generation.status).toBe('running');
    expect(generation.step).toBe(1);
    expect(generation.tokens).toEqual([Int32Array.of(-1, 7), Int32Array.of(-1, 8)]);
    generation.apply(step(2, 0, [1, 2]));
    generation.apply({ type: 'completed' });
    expect(generation.status).toBe('completed');
    expect(generation.isFinished).toBe(true);
    const sequences: number[] = [];
    for await (const { sequence } of generation.log.follow()) sequences.push(sequence);
    expect(sequences).toEqual([1, 2, 3, 4, 5]);
  });

  it('returns pictures that later steps do not change', () => {
    const generation = new Generation('g', request);
    generation.apply(step(1, 1, [7, 8]));
    const picture = generation.picture(1, 'mosaic');
    generation.apply(step(2, 0, [1, 2]));
    expect(picture.tokens).toEqual(Int32Array.of(-1, 8));
  });

  it('counts known cells, including those of the source', () => {
    const known = Int32Array.of(4, -1);
    const generation = new Generation('g', { ...request, known, tokensPerStep: [1] });
    expect(generation.decoded).toBe(1);
    const { images } = step(1, 1, [7, 8]);
    generation.apply({ type: 'step', step: 1, images: images.map((image) => ({ ...image, decoded: 2 })) });
    expect(generation.decoded).toBe(2);
    expect(new Generation('h', request).decoded).toBe(0);
  });

  it('accepts nothing after its end', () => {
    const generation = new Generation('g', request);
    generation.apply({ type: 'cancelled' });
    expect(() => generation.apply({ type: 'completed' })).toThrow();
    expect(generation.finishedAt).toBeInstanceOf(Date);
  });
});
