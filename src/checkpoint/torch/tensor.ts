import { quote } from '../checkpoint-error.js';
import { isNamed, type Call, type Value } from './pickle-value.js';
import { bytesPer, elementCount, isSize, type StoredTensor, type StoredType } from '../weight-file.js';
import { byteAt, numberAt } from '../../numbers/at.js';

/** A tensor as the pickle describes it: a view of a storage, whose numbers are an entry in the zip. */
export interface TensorView extends StoredTensor {
  /** In elements, like offset and storageLength. */
  readonly stride: readonly number[];
  readonly offset: number;
  /** Elements from the first to the last one, inclusive; more than the tensor has if it is not contiguous. */
  readonly span: number;
  readonly storageKey: string;
  readonly storageLength: number;
}

/** Storage types that safetensors supports as well. */
export const storageTypes: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

export const rebuildTensor = 'torch._utils._rebuild_tensor_v2';
export const rebuildParameter = 'torch._utils._rebuild_parameter';

/** torch's own limit on dimensions. */
const maxRank = 64;

/** The call that creates a tensor, unwrapped if it is a parameter; undefined for other values. */
export function tensorCall(value: Value): Call | undefined {
  if (!isNamed(value, 'call')) return undefined;
  const inner = value.callee === rebuildParameter ? (value.args[0] ?? null) : value;
  return isNamed(inner, 'call') && inner.callee === rebuildTensor ? inner : undefined;
}

/**
 * Parses _rebuild_tensor_v2(storage, storage_offset, size, stride, ...). Returns the view, or a problem.
 * Source: pytorch, torch/_utils.py; the storage id ('storage', type, key, location, numel): torch/serialization.py.
 */
export function parseView({ args }: Call): TensorView | string {
  const [storage = null, offset, shape, stride] = args;
  const id = isNamed(storage, 'persistent') && Array.isArray(storage.id) ? storage.id : [];
  const [tag, type = null, storageKey, , storageLength] = id;
  const dtype = isNamed(type, 'global') ? storageTypes.get(type.name) : undefined;
  if (tag !== 'storage' || dtype === undefined || typeof storageKey !== 'string' || !isSize(storageLength)) {
    return 'has no storage that can be read';
  }
  if (!isSize(offset)) return 'has no valid offset in its storage';
  if (!isSizes(shape) || !isSizes(stride) || shape.length !== stride.length || shape.length > maxRank) {
    return `has no valid size and stride, expected up to ${maxRank} whole numbers from 0 each`;
  }
  const count = elementCount(shape);
  const span = count === 0 ? 0 : shape.reduce((last, size, i) => last + (size - 1) * numberAt(stride, i), 1);
  // With strides of 0, one stored number can stand for any number of elements, so a tensor could be larger than its
  // file.
  if (!(offset + span <= storageLength && count <= storageLength)) {
    return `takes ${count} numbers from ${offset} to ${offset + span} of storage ${quote(storageKey)}, which has ${storageLength}`;
  }
  return { dtype, shape, stride, offset, span, storageKey, storageLength };
}

function isSizes(value: Value | undefined): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}

export function isContiguous({ shape, stride }: TensorView): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    // The stride of a dimension of size 1 is never used.
    if (shape[i] !== 1 && stride[i] !== expected) return false;
    expected *= shape[i] ?? 1;
  }
  return true;
}

/** Copies a view's numbers into row-major order. */
export function rowMajor(view: TensorView, spanned: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (view.span === 0 || isContiguous(view)) return spanned;
  const { shape, stride } = view;
  const width = bytesPer[view.dtype];
  const out = new Uint8Array(elementCount(shape) * width);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to += width) {
    for (let byte = 0; byte < width; byte++) out[to + byte] = byteAt(spanned, from * width + byte);
    // Advance the index like an odometer, from the last dimension.
    for (let i = shape.length - 1; i >= 0; i--) {
      const next = numberAt(index, i) + 1;
      const step = numberAt(stride, i);
      if (next < numberAt(shape, i)) {
        index[i] = next;
        from += step;
        break;
      }
      index[i] = 0;
      from -= step * (next - 1);
    }
  }
  return out;
}
