import { floatAt } from '../numbers/at.js';
/** Classifier-free guidance: the scale moves from `start` to `end` as the share x of decoded cells goes from 0 to 1. */
export interface Guidance {
  readonly start: number;
  readonly end: number;
  readonly curve: 'linear' | 'cosine';
  readonly power: number;
}

/** With scale 1 throughout, the unconditional sequence has no effect and is not computed. */
export function isGuided({ start, end }: Guidance): boolean {
  return start !== 1 || end !== 1;
}

/**
 * The guidance scale once `share` of all cells is decoded.
 * Linear: RandAR/model/randar_gpt.py, generate. Cosine: bytedance/1d-tokenizer, modeling/rar.py.
 */
export function guidanceScale({ start, end, curve, power }: Guidance, share: number): number {
  const x = curve === 'linear' ? share : (1 - Math.cos(Math.PI * share ** power)) / 2;
  return start + (end - start) * x;
}

/**
 * conditional = unconditional + scale * (conditional - spatial) + spatialScale * (spatial - unconditional), in place.
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

/** conditional = unconditional + scale * (conditional - unconditional), in place. */
export function mixLogits(conditional: Float32Array, unconditional: Float32Array, scale: number): void {
  for (let i = 0; i < conditional.length; i++) {
    const base = floatAt(unconditional, i);
    conditional[i] = base + scale * (floatAt(conditional, i) - base);
  }
}
