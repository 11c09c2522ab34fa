import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCodebook } from '../../src/tokenizer/codebook.js';
import { arrangeBySimilarity } from '../../src/tokenizer/similarity.js';

describe('pictures of similar codes', () => {
  it('contain every code equally often, except for the last round', () => {
    const sides = fc.integer({ min: 1, max: 6 });
    const sizes = fc.record({
      vocabulary: fc.integer({ min: 1, max: 40 }),
      width: sides,
      height: sides,
      pictures: sides,
    });
    fc.assert(
      fc.property(sizes, fc.boolean(), ({ vocabulary, width, height, pictures }, isNormalised) => {
        const stored = Float32Array.from({ length: vocabulary * 3 }, (_, i) => Math.sin(i * i) + 0.1);
        const codebook = createCodebook(vocabulary, stored, isNormalised);
        const arranged = arrangeBySimilarity(codebook, { width, height }, pictures);
        expect(arranged.map((tokens) => tokens.length)).toEqual(new Array(pictures).fill(width * height));
        const counts = new Array<number>(vocabulary).fill(0);
        for (const token of arranged.flatMap((tokens) => [...tokens])) counts[token] = (counts[token] ?? 0) + 1;
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('put each next to its nearest remaining neighbour', () => {
    // On a line, shuffled: by direction alone all of them would be equal.
    const stored = Float32Array.of(1, 5, 3, 2, 6, 4);
    const [row] = arrangeBySimilarity(createCodebook(6, stored, false), { width: 6, height: 1 }, 1);
    expect([...(row ?? [])].map((token) => stored[token])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('weigh left and upper neighbours equally', () => {
    const rows = [
      [0, 0, 0],
      // Next to it, and below it.
      [3, 0, 0],
      [0, 3.1, 0],
      // Close to the sum of these two; to the second; to the first; to their mean.
      [3.5, 3.5, 0],
      [0, 5.9, 0],
      [5.9, 0, 0],
      [1.5, 1.5, 2.7],
    ];
    const codebook = createCodebook(rows.length, Float32Array.from(rows.flat()), false);
    const [tokens] = arrangeBySimilarity(codebook, { width: 2, height: 2 }, 1);
    expect([...(tokens ?? [])]).toEqual([0, 1, 2, 6]);
  });
});
