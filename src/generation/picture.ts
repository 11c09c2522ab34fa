import { cellCount, unknownToken } from '../decoding/grid.js';

/**
 * A picture by what it is made of. Pixels follow from it whenever somebody asks, so a log of hundreds of previews holds
 * tokens only, and a picture's address can say all that is needed to render it.
 */
export interface Picture {
  readonly model: string;
  /** mosaic: each known token's own patch. decoded: through the tokenizer's decoder. */
  readonly mode: PictureMode;
  /** Cells in a row and in a column, 1 to 64 each. */
  readonly width: number;
  readonly height: number;
  /** Row by row; unknownToken where not decoded. */
  readonly tokens: Int32Array;
  /** Laid over what the tokens look like; of a finished picture of the generation that it came with. */
  readonly overlay?: PlacedOverlay | undefined;
}

/** Pixels that somebody wants to keep as they are. */
export interface Overlay {
  /** RGB, row by row, of the picture's size. */
  readonly pixels: Uint8Array;
  /** Of each pixel, how much of the drawn picture shows: 0, these pixels alone, to 255, the drawn ones alone. */
  readonly alpha: Uint8Array;
}

export interface PlacedOverlay extends Overlay {
  readonly generation: string;
  readonly index: number;
}

export type PictureMode = 'mosaic' | 'decoded';

/** Cells in a row or column that a picture may have. */
export const maxGridSide = 64;

const unknownCode = 0xffff;

/** Tokens that there may be: unknown cells and tokens are 16-bit numbers in a picture's address. */
export const maxVocabulary = unknownCode;

/**
 * A picture as text, safe in a path: the tokens as little-endian 16-bit numbers in base64url, 65535 for unknown. One
 * with an overlay is named by its generation.
 */
export function pictureKey({ model, mode, width, height, tokens, overlay }: Picture): string {
  if (overlay) return `${model}/blended/${overlay.generation}/${overlay.index}`;
  const codes = Buffer.alloc(tokens.length * 2);
  tokens.forEach((token, i) => codes.writeUInt16LE(token === unknownToken ? unknownCode : token, i * 2));
  return `${model}/${mode}/${width}x${height}/${codes.toString('base64url')}`;
}

/** What the text of a picture with an overlay names; undefined where it is none. */
export function parseBlendedKey(key: string): { generation: string; index: number } | undefined {
  const [, generation, index] = /^[\w.-]+\/blended\/([\w-]+)\/(\d{1,2})$/.exec(key) ?? [];
  return generation === undefined ? undefined : { generation, index: Number(index) };
}

/** The picture of such a text; undefined where it is none, or one with an overlay. */
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
