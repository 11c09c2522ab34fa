/** A picture to send, scaled to a useful size. */
export interface Picture {
  readonly dataUri: string;
  readonly width: number;
  readonly height: number;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** More pixels would not help any model, and take longer to send. */
const maxSide = 768;

/**
 * Reads a file for sending. With a size, it is scaled to cover that and cropped around the centre; otherwise it keeps
 * its aspect ratio.
 *
 * @throws Error if the browser cannot decode it.
 */
export async function readPicture(file: Blob, size?: PixelSize): Promise<Picture> {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((cause: unknown) => {
    throw new Error('The browser cannot read this file as a picture. Use PNG, JPEG or WebP.', { cause });
  });
  const shrink = Math.min(1, maxSide / Math.max(image.width, image.height));
  const target = size ?? {
    width: Math.max(1, Math.round(image.width * shrink)),
    height: Math.max(1, Math.round(image.height * shrink)),
  };
  const canvas = new OffscreenCanvas(target.width, target.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The picture could not be prepared: this browser has no 2D canvas.');
  const scale = Math.max(target.width / image.width, target.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, (target.width - width) / 2, (target.height - height) / 2, width, height);
  image.close();
  return { ...target, dataUri: await dataUriOf(await canvas.convertToBlob({ type: 'image/png' })) };
}

/** White if painted, black otherwise. */
export async function maskDataUri(mask: PixelSize & { readonly painted: Uint8Array }): Promise<string> {
  const canvas = new OffscreenCanvas(mask.width, mask.height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The mask could not be prepared: this browser has no 2D canvas.');
  const pixels = context.createImageData(mask.width, mask.height);
  mask.painted.forEach((value, at) => pixels.data.fill(value * 255, at * 4, at * 4 + 3));
  for (let at = 3; at < pixels.data.length; at += 4) pixels.data[at] = 255;
  context.putImageData(pixels, 0, 0);
  return dataUriOf(await canvas.convertToBlob({ type: 'image/png' }));
}

function dataUriOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result as string));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The picture could not be read.')));
    reader.readAsDataURL(blob);
  });
}
