import { floatAt } from '../numbers/at.js';
/** Classifier-free guidance from `start` to `end` over the share x of cells that are decoded. */
export interface Guidance {
  readonly start: number;
  readonly end: number;
  readonly curve: 'linear' | 'cosine';
  readonly power: number;
}

/** With scale 1 throughout the unconditional row would change nothing, so it is not computed. */
export function isGuided({ start, end }: Guidance): boolean {
  return start !== 1 || end !== 1;
}

/**
 * The scale where `share` of all cells is decoded.
 * Linear: RandAR/model/randar_gpt.py, generate. Cosine: bytedance/1d-tokenizer, modeling/rar.py.
 */
export function guidanceScale({ start, end, curve, power }: Guidance, share: number): number {
  const x = curve === 'linear' ? share : (1 - Math.cos(Math.PI * share ** power)) / 2;
  return start + (end - start) * x;
}

/**
 * unconditional + scale * (conditional - spatial) + spatialScale * (spatial - unconditional), written over `conditional`.
 * Source: RandAR/applications/resolution_extrapolation.py, step 6-3.
 */
export function mixSpatialLogits(
  conditional: Float32Array,
  spatial: Float32Array,
  unconditional: Float32Array,
  scale: number,
  spatialScale: number,
): void {
  for (let i = 0; i < conditional.length; i++) {
    const [base, seen] = [floatAt(unconditional, i), floatAt(spatial, i)];
    conditional[i] = base + scale * (floatAt(conditional, i) - seen) + spatialScale * (seen - base);
  }
}

/** unconditional + scale * (conditional - unconditional), written over `conditional`. */
export function mixLogits(conditional: Float32Array, unconditional: Float32Array, scale: number): void {
  for (let i = 0; i < conditional.length; i++) {
    const base = floatAt(unconditional, i);
    conditional[i] = base + scale * (floatAt(conditional, i) - base);
  }
}
