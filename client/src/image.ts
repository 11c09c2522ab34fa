import type { GenerateInput, ImageInput, SourceInput } from './generated/operations.js';

/** A picture to send: a data URI, file or blob. */
export type ImageSource = string | Blob;

/** A WebSocket cannot upload files, so blobs are sent inline; over HTTP as well, to keep one path. */
export async function inlineImages(input: GenerateInput): Promise<GenerateInput> {
  return input.source ? { ...input, source: await inlineSource(input.source) } : input;
}

async function inlineSource(source: SourceInput): Promise<SourceInput> {
  const { inpaint, outpaint } = source;
  if (inpaint) {
    const [image, mask] = await Promise.all([inlineImage(inpaint.image), inlineImage(inpaint.mask)]);
    return { inpaint: { ...inpaint, image, mask } };
  }
  if (outpaint) return { outpaint: { ...outpaint, image: await inlineImage(outpaint.image) } };
  return source;
}

function inlineImage(image: ImageInput): Promise<ImageInput> {
  return imageInput(image.upload ?? image.dataUri);
}

/** The input for an image, before anything is read. */
export function imageOf(image: ImageSource): ImageInput {
  return typeof image === 'string' ? { dataUri: image } : { upload: image };
}

export async function imageInput(image: ImageSource): Promise<ImageInput> {
  if (typeof image === 'string') return { dataUri: image };
  const bytes = new Uint8Array(await image.arrayBuffer());
  return { dataUri: `data:${image.type || 'image/png'};base64,${base64(bytes)}` };
}

/** String.fromCharCode takes a limited number of arguments. */
const chunkBytes = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  }
  return btoa(binary);
}
