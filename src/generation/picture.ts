import { cellCount, unknownToken } from '../decoding/grid.js';

/**
 * A picture, defined by its tokens. Pixels are rendered on demand, so a log of hundreds of previews holds only tokens,
 * and a picture's URL can contain everything needed to render it.
 */
export interface Picture {
  readonly model: string;
  /** mosaic: a patch per token. decoded: through the tokenizer's decoder. */
  readonly mode: PictureMode;
  /** In cells, 1 to 64. */
  readonly width: number;
  readonly height: number;
  /** Row by row; unknownToken if not decoded yet. */
  readonly tokens: Int32Array;
  /** Blended over the rendered picture. Only finished pictures have one; it belongs to their generation. */
  readonly overlay?: PlacedOverlay | undefined;
}

/** Original pixels to blend over a picture. */
export interface Overlay {
  /** RGB, row by row, of the picture's size. */
  readonly pixels: Uint8Array;
  /** The weight of the generated picture at each pixel: 0 shows only the original, 255 only the generated one. */
  readonly alpha: Uint8Array;
}

export interface PlacedOverlay extends Overlay {
  readonly generation: string;
  readonly index: number;
}

export type PictureMode = 'mosaic' | 'decoded';

/** The largest width or height of a picture in cells. */
export const maxGridSide = 64;

const unknownCode = 0xffff;

/** The largest vocabulary: tokens are 16-bit numbers in a picture's URL, one of which stands for unknown. */
export const maxVocabulary = unknownCode;

/**
 * Encodes a picture as URL-safe text: tokens as little-endian 16-bit numbers in base64url, 65535 if unknown. A picture
 * with an overlay is identified by its generation instead.
 */
export function pictureKey({ model, mode, width, height, tokens, overlay }: Picture): string {
  if (overlay) return `${model}/blended/${overlay.generation}/${overlay.index}`;
  const codes = Buffer.alloc(tokens.length * 2);
  tokens.forEach((token, i) => codes.writeUInt16LE(token === unknownToken ? unknownCode : token, i * 2));
  return `${model}/${mode}/${width}x${height}/${codes.toString('base64url')}`;
}

/** The generation and index in the key of a picture with an overlay; undefined for any other text. */
export function parseBlendedKey(key: string): { generation: string; index: number } | undefined {
  const [, generation, index] = /^[\w.-]+\/blended\/([\w-]+)\/(\d{1,2})$/.exec(key) ?? [];
  return generation === undefined ? undefined : { generation, index: Number(index) };
}

/** Parses a key without an overlay; undefined for any other text. */
export function parsePictureKey(key: string): Picture | undefined {
  const match = /^([\w.-]+)\/(mosaic|decoded)\/(\d{1,2})x(\d{1,2})\/([\w-]+)$/.exec(key);
  if (!match) return undefined;
  const [, model = '', mode, width, height, text = ''] = match;
  const codes = Buffer.from(text, 'base64url');
  const grid = { width: Number(width), height: Number(height) };
  const cells = cellCount(grid);
  if (codes.length !== cells * 2 || Math.max(grid.width, grid.height) > maxGridSide) return undefined;
  const tokens = Int32Array.from({ length: cells }, (_, i) => {
    const code = codes.readUInt16LE(i * 2);
    return code === unknownCode ? unknownToken : code;
  });
  return { model, mode: mode as PictureMode, ...grid, tokens };
}
