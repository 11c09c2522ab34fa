import { LRUCache } from 'lru-cache';
import { pictureKey, type Picture } from '../generation/picture.js';

/**
 * The pixels and encoded files of recently requested pictures. Concurrent requests share one computation; failures are
 * not cached.
 */
export class PictureCache {
  readonly #pixels: BytesCache;
  readonly #files: BytesCache;

  /** @param bytes The limit for pixels, and again for encoded files. */
  constructor(bytes = 64 * 2 ** 20) {
    this.#pixels = bytesCache(bytes);
    this.#files = bytesCache(bytes);
  }

  pixels(picture: Picture, render: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#pixels.forceFetch(pictureKey(picture), { context: render });
  }

  /** @param variant Format and quality. */
  file(picture: Picture, variant: string, encode: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#files.forceFetch(`${pictureKey(picture)}.${variant}`, { context: encode });
  }
}

/** The fetch context is the function that computes a missing value. */
type BytesCache = LRUCache<string, Uint8Array, () => Promise<Uint8Array>>;

function bytesCache(maxSize: number): BytesCache {
  return new LRUCache({
    maxSize,
    sizeCalculation: (bytes, key) => key.length + bytes.byteLength,
    fetchMethod: (_key, _stale, { context: make }) => make(),
    // A value that is evicted while it is computed is still delivered to those who wait for it.
    ignoreFetchAbort: true,
  });
}
