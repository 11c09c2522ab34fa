import sharp from 'sharp';

export type ImageFormat = 'png' | 'webp' | 'jpeg' | 'avif';

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly pixels: Uint8Array;
}

/** @param quality 1 to 100; ignored for PNG, which is lossless. */
export async function encodeImage(image: RgbImage, format: ImageFormat, quality?: number): Promise<Buffer> {
  const { width, height, pixels } = image;
  const raw = sharp(pixels, { raw: { width, height, channels: 3 } });
  const options = quality === undefined ? {} : { quality };
  switch (format) {
    case 'png':
      return raw.png().toBuffer();
    case 'webp':
      // Previews are encoded between steps: effort 0 takes a third of the time for a few percent more bytes.
      return raw.webp({ ...options, effort: 0 }).toBuffer();
    case 'jpeg':
      return raw.jpeg(options).toBuffer();
    case 'avif':
      return raw.avif({ ...options, effort: 2 }).toBuffer();
  }
}

export const mediaTypes: Record<ImageFormat, string> = {
  png: 'image/png',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  avif: 'image/avif',
};
