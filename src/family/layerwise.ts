import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readFloats } from '../checkpoint/floats.js';
import type { Parameter } from '../checkpoint/parameters.js';
import { withSafetensors, type PlacedWeights } from '../checkpoint/safetensors-file.js';
import type { WeightFile } from '../checkpoint/weight-file.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';
import type { Affine, Matrix } from '../graph/linear.js';

/** The source of the weights when a transformer runs one layer at a time. */
export type LayerSource =
  | /** ONNX Runtime maps the file and uses the weights as stored. */
    { readonly kind: 'mapped'; readonly file: PlacedWeights }
    /** A file of any format: each layer is written to `folder` as fp32 while it runs. */
  | { readonly kind: 'widened'; readonly file: WeightFile; readonly folder: string };

/** A few layers of a transformer, or its head. */
export interface Part<Weights> {
  readonly weights: Weights;
  /** All parameters that its graph refers to. */
  readonly parameters: readonly Parameter[];
  /** The same part with every parameter in fp32. */
  readonly widened: () => Weights;
}

/** Calls `use` with a part and a file from which ONNX Runtime can map it; a temporary file is deleted afterwards. */
export async function withPart<Weights, T>(
  source: LayerSource,
  { weights, parameters, widened }: Part<Weights>,
  use: (weights: Weights, file: PlacedWeights) => Promise<T>,
): Promise<T> {
  if (source.kind === 'mapped') return use(weights, source.file);
  const place = await mkdtemp(join(source.folder, 'layer-'));
  try {
    const path = join(place, 'layer.safetensors');
    const forms = parameters.map((parameter) => ({ ...widenVector(parameter), parameter }));
    await writeSafetensors(path, forms, async (form) => bytesOf(await readFloats(source.file, form.parameter)));
    return await withSafetensors(path, (file) => use(widened(), file));
  } finally {
    await rm(place, { recursive: true });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export function widenVector(parameter: Parameter): Parameter {
  return { ...parameter, dtype: 'F32' };
}

export function widenMatrix({ shape, weight }: Matrix): Matrix {
  return { kind: 'float', shape, weight: widenVector(weight) };
}

export function widenAffine({ matrix, bias }: Affine): Affine {
  return { matrix: widenMatrix(matrix), bias: widenVector(bias) };
}
