import fc from 'fast-check';
import { join, little } from './bytes.js';

/** Places are fractions of the file, or of the affected part. */
export type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly byte: number }
  | { readonly kind: 'step'; readonly at: number; readonly by: 1 | -1 }
  | { readonly kind: 'number'; readonly at: number; readonly value: bigint; readonly bytes: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly length: number };

/** Uniform: fast-check prefers the ends by default. */
const at = fc.noBias(fc.nat({ max: 2 ** 30 - 1 })).map((n) => n / 2 ** 30);
const length = fc.integer({ min: 1, max: 40 });

/** Values that catch careless parsers: ends of ranges, signs, and numbers that overflow when multiplied. */
const values = [
  0n,
  1n,
  2n,
  7n,
  255n,
  0x7fffn,
  0xffffn,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  -1n,
];

/** @param tokens Bytes with a meaning in this kind of file. */
export function mutationsOf(tokens: string): fc.Arbitrary<Mutation[]> {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(...Array.from(tokens, (token) => token.charCodeAt(0))),
  );
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), at, byte }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), at, by: fc.constantFrom(1, -1) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('number' as const),
        at,
        value: fc.constantFrom(...values),
        bytes: fc.constantFrom(1, 2, 4, 8),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at, length }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('insert' as const),
        at,
        bytes: fc.array(byte, { minLength: 1, maxLength: 8 }).map((bytes) => Uint8Array.from(bytes)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('splice' as const), at, from: at, length }) },
  );
  return fc.noBias(fc.array(mutation, { minLength: 1, maxLength: 2 }));
}

export function mutate(bytes: Uint8Array, mutations: readonly Mutation[], begin = 0): Uint8Array<ArrayBuffer> {
  let out = Uint8Array.from(bytes);
  const place = (fraction: number) => begin + Math.floor(fraction * Math.max(out.length - begin, 0));
  for (const mutation of mutations) {
    const here = place(mutation.at);
    const [before, after] = [out.subarray(0, here), out.subarray(here)];
    switch (mutation.kind) {
      case 'set':
        out = join(before, Uint8Array.of(mutation.byte), after.subarray(1));
        break;
      case 'step':
        out[here] = (out[here] ?? 0) + mutation.by;
        break;
      case 'number':
        out = join(before, little(mutation.value, mutation.bytes), after.subarray(mutation.bytes));
        break;
      case 'truncate':
        out = join(before);
        break;
      case 'remove':
        out = join(before, after.subarray(mutation.length));
        break;
      case 'insert':
        out = join(before, mutation.bytes, after);
        break;
      case 'splice': {
        const from = place(mutation.from);
        out = join(before, out.subarray(from, from + mutation.length), after);
        break;
      }
    }
  }
  return out;
}
