import { LRUCache } from 'lru-cache';
import { pictureKey, type Picture } from '../generation/picture.js';

/**
 * Pixels and encoded files of the pictures asked for last. What is being made is asked for once, however many wait for
 * it; what failed is forgotten.
 */
export class PictureCache {
  readonly #pixels: LRUCache<string, Entry>;
  readonly #files: LRUCache<string, Entry>;

  /** @param bytes that pixels, and again encoded files, may take */
  constructor(bytes = 64 * 2 ** 20) {
    const options = { maxSize: bytes, sizeCalculation: (entry: Entry) => entry.size };
    this.#pixels = new LRUCache(options);
    this.#files = new LRUCache(options);
  }

  pixels(picture: Picture, render: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return remember(this.#pixels, pictureKey(picture), render);
  }

  /** @param variant format and quality */
  file(picture: Picture, variant: string, encode: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return remember(this.#files, `${pictureKey(picture)}.${variant}`, encode);
  }
}

interface Entry {
  readonly bytes: Promise<Uint8Array>;
  readonly size: number;
}

/** What an entry counts for until its bytes are there. */
const unknownSize = 1024;

function remember(cache: LRUCache<string, Entry>, key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const known = cache.get(key);
  if (known) return known.bytes;
  const bytes = make();
  const entry = { bytes, size: unknownSize };
  cache.set(key, entry);
  bytes.then(
    ({ byteLength }) => cache.set(key, { bytes, size: key.length + byteLength }),
    () => cache.delete(key),
  );
  return bytes;
}
