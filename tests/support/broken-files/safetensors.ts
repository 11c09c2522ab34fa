import { join, little, utf8 } from './bytes.js';

export interface BuiltTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A header with any content, and data. */
export function safetensorsOf(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const json = utf8(typeof header === 'string' ? header : JSON.stringify(header));
  return join(little(json.length, 8), json, data);
}

/** A valid file with consecutive tensors. */
export function validSafetensors(tensors: readonly BuiltTensor[]): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const header: unknown = Object.fromEntries([['__metadata__', { format: 'pt' }], ...entries]);
  return safetensorsOf(header, join(...tensors.map(({ bytes }) => bytes)));
}
