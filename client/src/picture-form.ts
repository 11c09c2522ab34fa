import type { ImageFormat } from './generated/operations.js';

/** In which forms pictures come. What is not asked for is not rendered. */
export interface PictureOptions {
  /** Previews: inline WebP where absent. */
  readonly previews?: PictureForm;
  /** Finished pictures: address and inline PNG where absent. */
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
