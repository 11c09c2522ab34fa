import type { ImageFormat } from './generated/operations.js';

/** In which forms pictures are returned. Forms that are not requested are not rendered. */
export interface PictureOptions {
  /** Default: inline WebP. */
  readonly previews?: PictureForm;
  /** Default: URL and inline PNG. */
  readonly images?: PictureForm;
}

export interface PictureForm {
  readonly url?: boolean;
  readonly dataUri?: boolean;
  readonly format?: ImageFormat;
}

export function pictureVariables({ previews = {}, images = {} }: PictureOptions) {
  return {
    previewUrl: previews.url ?? false,
    previewDataUri: previews.dataUri ?? true,
    previewFormat: previews.format ?? 'WEBP',
    ...imageVariables(images),
  } as const;
}

export function imageVariables({ url = true, dataUri = true, format = 'PNG' }: PictureForm) {
  return { imageUrl: url, imageDataUri: dataUri, imageFormat: format } as const;
}
