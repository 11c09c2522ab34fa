import { LRUCache } from 'lru-cache';
import { pictureKey, type Picture } from '../generation/picture.js';

/**
 * Pixels and encoded files of the pictures asked for last. What is being made is asked for once, however many wait for
 * it; what failed is forgotten.
 */
export class PictureCache {
  readonly #pixels: BytesCache;
  readonly #files: BytesCache;

  /** @param bytes that pixels, and again encoded files, may take */
  constructor(bytes = 64 * 2 ** 20) {
    this.#pixels = bytesCache(bytes);
    this.#files = bytesCache(bytes);
  }

  pixels(picture: Picture, render: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#pixels.forceFetch(pictureKey(picture), { context: render });
  }

  /** @param variant format and quality */
  file(picture: Picture, variant: string, encode: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#files.forceFetch(`${pictureKey(picture)}.${variant}`, { context: encode });
  }
}

/** Its context makes what is not there. */
type BytesCache = LRUCache<string, Uint8Array, () => Promise<Uint8Array>>;

function bytesCache(maxSize: number): BytesCache {
  return new LRUCache({
    maxSize,
    sizeCalculation: (bytes, key) => key.length + bytes.byteLength,
    fetchMethod: (_key, _stale, { context: make }) => make(),
    // Whoever waits for what is pushed out while it is made still gets it.
    ignoreFetchAbort: true,
  });
}
