import { join, little, utf8, type Part } from './bytes.js';
import { zipOf, type BuiltEnd, type BuiltEntry } from './zip.js';

/** A pickle of protocol 2 with the value that the parts build. */
export const pickleOf = (...parts: readonly Part[]): Uint8Array<ArrayBuffer> => join('\x80\x02', ...parts, '.');

export const text = (value: string): Uint8Array => {
  const bytes = utf8(value);
  return join('X', little(bytes.length, 4), bytes);
};
export const int = (value: number | bigint): Uint8Array =>
  value >= -(2 ** 31) && value < 2 ** 31 ? join('J', little(value, 4)) : join('\x8a\x08', little(value, 8));
export const none = 'N';
export const global = (module: string, name: string): string => `c${module}\n${name}\n`;
export const tuple = (...parts: readonly Part[]): Uint8Array => join('(', ...parts, 't');
export const list = (...parts: readonly Part[]): Uint8Array => join('](', ...parts, 'e');
export const dict = (...parts: readonly Part[]): Uint8Array => join('}(', ...parts, 'u');
export const call = (callee: Part, ...args: readonly Part[]): Uint8Array => join(callee, tuple(...args), 'R');
export const orderedDict = (...parts: readonly Part[]): Uint8Array =>
  join(global('collections', 'OrderedDict'), ')R(', ...parts, 'u');

/** A tensor as the pickle describes it; omitted numbers follow from its shape. */
export interface BuiltTensor {
  readonly storage?: string;
  readonly key?: string;
  readonly numel?: number | bigint;
  readonly offset?: number | bigint;
  readonly shape?: readonly (number | bigint)[];
  readonly stride?: readonly (number | bigint)[];
}

export function tensor(built: BuiltTensor = {}): Uint8Array {
  const { storage = 'FloatStorage', key = '0', offset = 0, shape = [2] } = built;
  const sizes = shape.map(Number);
  const { numel = sizes.reduce((product, size) => product * size, 1) } = built;
  const { stride = sizes.map((_, i) => sizes.slice(i + 1).reduce((product, size) => product * size, 1)) } = built;
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    tuple(text('storage'), global('torch', storage), text(key), text('cpu'), int(numel)),
    'Q',
    int(offset),
    tuple(...shape.map(int)),
    tuple(...stride.map(int)),
    '\x89',
    orderedDict(),
  );
}

/** A torch.save file: its pickle, and its storages by key. */
export function torchFile(
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>>,
  more: readonly BuiltEntry[] = [],
  end: BuiltEnd = {},
): Uint8Array<ArrayBuffer> {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `archive/data/${key}`, bytes, padding: 20 }));
  return zipOf(
    [
      { name: 'archive/data.pkl', bytes: pickle },
      { name: 'archive/byteorder', bytes: utf8('little') },
      ...data,
      { name: 'archive/version', bytes: utf8('3\n') },
      ...more,
    ],
    end,
  );
}
