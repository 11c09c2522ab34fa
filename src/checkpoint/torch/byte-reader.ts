/** Reads consecutive values from untrusted bytes. A length beyond the end is rejected before anything is allocated. */
export class ByteReader {
  at = 0;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly fail: (what: string) => never,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The next bytes, as a view. */
  take(length: number): Uint8Array {
    const begin = this.#skip(length);
    return this.bytes.subarray(begin, begin + length);
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** Inexact above 2^53, beyond any size or offset in a real file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Big-endian is used only for floats in pickles. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  text(length: number): string {
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      return this.fail(`has text at byte ${this.at - length} that is not UTF-8`);
    }
  }

  /** The text up to the next line feed, which is skipped. */
  line(): string {
    const length = this.bytes.subarray(this.at).indexOf(10);
    if (length < 0) this.fail(`has an unterminated line at byte ${this.at}`);
    const line = this.text(length);
    this.at++;
    return line;
  }

  #skip(length: number): number {
    const begin = this.at;
    if (length > this.left) this.fail(`claims ${length} bytes at byte ${begin}, but ${this.left} are left`);
    this.at += length;
    return begin;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
