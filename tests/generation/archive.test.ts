import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../src/generation/archive.js';
import { Generation } from '../../src/generation/generation.js';
import type { GenerationRequest } from '../../src/generation/request.js';

const request: GenerationRequest = {
  model: 'm',
  label: 0,
  seed: 0,
  count: 1,
  width: 1,
  height: 1,
  tokensPerStep: [1],
  order: { kind: 'random' },
  guidance: { start: 1, end: 1, curve: 'linear', power: 1 },
  sampling: { temperature: 1, topK: 0, topP: 1 },
  preview: { mode: 'none' },
};
const ids = (generations: readonly Generation[]) => generations.map(({ id }) => id);

describe('the archive', () => {
  it('drops the oldest finished ones first, and no unfinished one', () => {
    const archive = new Archive(2);
    const generations = ['a', 'b', 'c', 'd', 'e'].map((id) => new Generation(id, request));
    for (const generation of generations) {
      archive.add(generation);
      if (generation.id !== 'a') generation.apply({ type: 'cancelled' });
    }
    archive.add(new Generation('f', request));
    expect(archive.list().map(({ id }) => id)).toEqual(['f', 'e', 'd', 'a']);
    expect(archive.list(['queued']).map(({ id }) => id)).toEqual(['f', 'a']);
    expect(archive.find('b')).toBeUndefined();
  });

  it('keeps every generation that is not finished, and the newest finished ones up to its capacity', () => {
    const endings = fc.constantFrom('queued', 'completed', 'cancelled', 'failed');
    fc.assert(
      fc.property(fc.nat(4), fc.array(endings, { minLength: 1, maxLength: 20 }), (capacity, ends) => {
        const archive = new Archive(capacity);
        const generations = ends.map((_, i) => new Generation(`g${i}`, request));
        for (const generation of generations) archive.add(generation);
        // In any order: what matters is when they were queued, not when they finished.
        for (const [i, end] of [...ends.entries()].reverse()) {
          if (end === 'completed' || end === 'cancelled') generations[i]?.apply({ type: end });
          if (end === 'failed') generations[i]?.apply({ type: 'failed', error: { code: 'X', message: 'x' } });
        }
        const newest = new Generation('newest', request);
        archive.add(newest);
        const finished = generations.filter(({ isFinished }) => isFinished);
        const forgotten = finished.slice(0, Math.max(0, finished.length - capacity));
        const kept = [...generations.filter((each) => !forgotten.includes(each)), newest];
        expect(ids(archive.list())).toEqual(ids(kept).reverse());
        for (const each of kept) expect(archive.find(each.id)).toBe(each);
        for (const each of forgotten) expect(archive.find(each.id)).toBeUndefined();
      }),
    );
  });

  it('lists by status as it is now', () => {
    const archive = new Archive(10);
    const [a, b] = [new Generation('a', request), new Generation('b', request)];
    for (const each of [a, b]) archive.add(each);
    a.apply({ type: 'started' });
    expect(ids(archive.list(['running']))).toEqual(['a']);
    a.apply({ type: 'completed' });
    expect(ids(archive.list(['running']))).toEqual([]);
    expect(ids(archive.list(['completed', 'queued']))).toEqual(['b', 'a']);
    expect(archive.list([])).toEqual([]);
  });
});
