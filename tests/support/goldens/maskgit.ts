import { asSafetensors, type Converted } from './convert.js';
import { goldenFile, readGolden } from './load.js';

/** A tokenizer with random weights, and what the reference computes with it; pixels are 0 to 1. */
export interface MaskGitGolden {
  readonly config: { readonly num_resolutions: number; readonly num_embeddings: number };
  readonly pixels: number;
  /** [3, pixels, pixels] */
  readonly image: readonly (readonly (readonly number[])[])[];
  readonly image_codes: readonly (readonly number[])[];
  readonly codes: readonly (readonly number[])[];
  /** [3, pixels, pixels], clamped. */
  readonly decoded: readonly (readonly (readonly number[])[])[];
  /** [pixels, pixels, 3] */
  readonly decoded_u8: readonly (readonly (readonly number[])[])[];
}

export const readMaskGitGolden = (): MaskGitGolden => readGolden<MaskGitGolden>('maskgit-f4');

export const convertMaskGit = (): Promise<Converted> =>
  asSafetensors(goldenFile('maskgit-f4.bin'), 'tokenizer.safetensors');
