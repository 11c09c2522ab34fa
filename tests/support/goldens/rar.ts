import { asSafetensors, type Converted } from './convert.js';
import { goldenFile, readGolden } from './load.js';

/** A RAR transformer with random weights, and what the reference computes with it. Its tokens are maskgit-f4's. */
export interface RarGolden {
  readonly config: {
    readonly width: number;
    readonly depth: number;
    readonly heads: number;
    readonly mlp: number;
    readonly cells: number;
    readonly codes: number;
    readonly classes: number;
  };
  readonly cases: readonly {
    readonly label: number;
    /** 0 means no guidance. */
    readonly guidance_scale: number;
    readonly guidance_scale_pow: number;
    readonly temperature: number;
    readonly tokens: readonly number[];
    readonly greedy_margin: number;
    readonly logits_every: number;
    /** After guidance and temperature, for every `logits_every`-th step. */
    readonly logits: readonly (readonly number[])[];
  }[];
  readonly teacher_forced: RarTeacherForced;
  readonly teacher_forced_order: RarTeacherForced & { readonly order: readonly number[] };
}

export interface RarTeacherForced {
  readonly label: number;
  /** In raster order. */
  readonly tokens: readonly number[];
  /** In decoding order. */
  readonly order?: readonly number[];
  readonly logits_every: number;
  readonly logits: readonly (readonly number[])[];
}

export const rarFile = goldenFile('rar-square8.bin');
export const rarGrid = { width: 8, height: 8 };

export const readRarGolden = (): RarGolden => readGolden<RarGolden>('rar-square8');

export const convertRar = (): Promise<Converted> => asSafetensors(rarFile, 'transformer.safetensors');
