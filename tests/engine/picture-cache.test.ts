import { describe, expect, it } from 'vitest';
import { PictureCache } from '../../src/engine/picture-cache.js';
import type { Picture } from '../../src/generation/picture.js';

const picture = (token: number, mode: Picture['mode'] = 'decoded'): Picture => ({
  model: 'm',
  mode,
  width: 1,
  height: 1,
  tokens: Int32Array.of(token),
});

/** Makes byte arrays of a given length, and counts them. */
function maker(length: number) {
  const made: Uint8Array[] = [];
  const make = () => {
    const bytes = new Uint8Array(length);
    made.push(bytes);
    return Promise.resolve(bytes);
  };
  return { made, make };
}

describe('the picture cache', () => {
  it('renders a picture once, for current and later requests', async () => {
    const cache = new PictureCache();
    let finish: (bytes: Uint8Array) => void = () => undefined;
    let asked = 0;
    const make = () => {
      asked++;
      return new Promise<Uint8Array>((resolve) => (finish = resolve));
    };
    const waiting = [cache.pixels(picture(1), make), cache.pixels(picture(1), make), cache.pixels(picture(1), make)];
    expect(asked).toBe(1);
    const bytes = Uint8Array.of(1, 2, 3);
    finish(bytes);
    for (const each of waiting) expect(await each).toBe(bytes);
    expect(await cache.pixels(picture(1), make)).toBe(bytes);
    expect(asked).toBe(1);
  });

  it('distinguishes pictures, modes, formats and qualities', async () => {
    const cache = new PictureCache();
    const { made, make } = maker(1);
    const asks = () => [
      cache.pixels(picture(1), make),
      cache.pixels(picture(2), make),
      cache.pixels(picture(1, 'mosaic'), make),
      cache.file(picture(1), 'png-', make),
      cache.file(picture(1), 'webp-', make),
      cache.file(picture(1), 'webp-50', make),
    ];
    const first = await Promise.all(asks());
    expect(new Set(first).size).toBe(6);
    const again = await Promise.all(asks());
    for (const [i, bytes] of again.entries()) expect(bytes).toBe(first[i]);
    expect(made).toHaveLength(6);
  });

  it('does not cache failures: all waiting requests fail, the next one retries', async () => {
    const cache = new PictureCache();
    const fail = () => Promise.reject(new Error('no decoder'));
    const waiting = [cache.file(picture(1), 'png-', fail), cache.file(picture(1), 'png-', fail)];
    for (const each of waiting) await expect(each).rejects.toThrow('no decoder');
    const { made, make } = maker(4);
    expect(await cache.file(picture(1), 'png-', make)).toBe(made[0]);
  });

  it('stays within its size, evicting the least recently used', async () => {
    const cache = new PictureCache(4000);
    const { made, make } = maker(1500);
    for (const token of [1, 2, 1, 3]) await cache.pixels(picture(token), make);
    expect(made).toHaveLength(3);
    await cache.pixels(picture(1), make);
    await cache.pixels(picture(3), make);
    expect(made).toHaveLength(3);
    await cache.pixels(picture(2), make);
    expect(made).toHaveLength(4);
  });

  it('delivers a picture, or its failure, to waiting requests although it was evicted meanwhile', async () => {
    const cache = new PictureCache(4000);
    const finish: ((bytes: Uint8Array) => void)[] = [];
    const fail: ((error: Error) => void)[] = [];
    const make = () =>
      new Promise<Uint8Array>((resolve, reject) => {
        finish.push(resolve);
        fail.push(reject);
      });
    const [waiting, failing] = [cache.pixels(picture(1), make), cache.pixels(picture(2), make)];
    for (const token of [3, 4, 5]) await cache.pixels(picture(token), maker(3900).make);
    const bytes = Uint8Array.of(1);
    finish[0]?.(bytes);
    fail[1]?.(new Error('no decoder'));
    expect(await waiting).toBe(bytes);
    await expect(failing).rejects.toThrow('no decoder');
  });

  it('does not keep anything larger than its size', async () => {
    const cache = new PictureCache(4000);
    const { made, make } = maker(5000);
    const small = maker(100);
    await cache.pixels(picture(1), small.make);
    for (let i = 0; i < 2; i++) expect(await cache.pixels(picture(2), make)).toHaveLength(5000);
    expect(made).toHaveLength(2);
    await cache.pixels(picture(1), small.make);
    expect(small.made).toHaveLength(1);
  });

  it('does not let files push out pixels', async () => {
    const cache = new PictureCache(4000);
    const pixels = maker(3000);
    await cache.pixels(picture(1), pixels.make);
    for (const token of [2, 3, 4]) await cache.file(picture(token), 'png-', maker(3000).make);
    await cache.pixels(picture(1), pixels.make);
    expect(pixels.made).toHaveLength(1);
  });
});
