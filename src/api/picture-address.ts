import type { Engine } from '../engine/engine.js';
import { parseBlendedKey, parsePictureKey, pictureKey, type Picture } from '../generation/picture.js';
import type { ImageFormat } from '../image/encode.js';

/** A picture as a file: what an address names. */
export interface PictureFile {
  readonly picture: Picture;
  readonly format: ImageFormat;
  readonly quality?: number;
}

const extensions: Record<ImageFormat, string> = { png: 'png', webp: 'webp', jpeg: 'jpg', avif: 'avif' };
const formats = new Map(Object.entries(extensions).map(([format, extension]) => [extension, format as ImageFormat]));

/**
 * /pictures/<fingerprint of the weights>/<model>/<mode>/<width>x<height>/<tokens>.<format>[?quality=N]: the address says
 * all that the picture is made of. So it is the same for the same picture, can be cached for ever, needs no store, and
 * still answers after a restart.
 */
export function pictureAddress({ picture, format, quality }: PictureFile, engine: Engine): string {
  const fingerprint = engine.model(picture.model)?.tokenizer.fingerprint ?? 'unknown';
  const query = quality === undefined ? '' : `?quality=${quality}`;
  return `/pictures/${fingerprint}/${pictureKey(picture)}.${extensions[format]}${query}`;
}

/** A picture with an overlay is there from the end of its generation on, as long as that is kept. */
function blendedPicture(key: string, engine: Engine): Picture | undefined {
  const { generation: id, index = 0 } = parseBlendedKey(key) ?? {};
  const generation = id === undefined ? undefined : engine.find(id);
  if (!generation || index >= generation.request.count) return undefined;
  const picture = generation.picture(index, 'decoded');
  return pictureKey(picture) === key ? picture : undefined;
}

/** What the address asks for; undefined where it is no address of a picture of the models served here. */
export function parsePictureAddress(url: URL, engine: Engine): PictureFile | undefined {
  const match = /^\/pictures\/([^/]+)\/(.+)\.(\w+)$/.exec(url.pathname);
  const [, fingerprint = '', key = '', extension = ''] = match ?? [];
  const picture = parsePictureKey(key) ?? blendedPicture(key, engine);
  const format = formats.get(extension);
  if (!picture || !format) return undefined;
  const model = engine.model(picture.model);
  if (model?.tokenizer.fingerprint !== fingerprint) return undefined;
  if (picture.tokens.some((token) => token >= model.tokenizer.vocabulary)) return undefined;
  const quality = url.searchParams.get('quality');
  if (quality === null) return { picture, format };
  return /^([1-9]\d?|100)$/.test(quality) ? { picture, format, quality: Number(quality) } : undefined;
}
