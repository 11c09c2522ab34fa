import type { Engine } from '../engine/engine.js';
import { parseBlendedKey, parsePictureKey, pictureKey, type Picture } from '../generation/picture.js';
import type { ImageFormat } from '../image/encode.js';

/** A picture in a file format: what a URL identifies. */
export interface PictureFile {
  readonly picture: Picture;
  readonly format: ImageFormat;
  readonly quality?: number;
}

const extensions: Record<ImageFormat, string> = { png: 'png', webp: 'webp', jpeg: 'jpg', avif: 'avif' };
const formats = new Map(Object.entries(extensions).map(([format, extension]) => [extension, format as ImageFormat]));

/**
 * /pictures/<weights fingerprint>/<model>/<mode>/<width>x<height>/<tokens>.<format>[?quality=N]. The URL contains
 * everything the picture depends on, so it needs no store, can be cached forever and survives a restart.
 */
export function pictureAddress({ picture, format, quality }: PictureFile, engine: Engine): string {
  const fingerprint = engine.model(picture.model)?.tokenizer.fingerprint ?? 'unknown';
  const query = quality === undefined ? '' : `?quality=${quality}`;
  return `/pictures/${fingerprint}/${pictureKey(picture)}.${extensions[format]}${query}`;
}

/** A blended picture exists from the end of its generation for as long as that is kept. */
function blendedPicture(key: string, engine: Engine): Picture | undefined {
  const { generation: id, index = 0 } = parseBlendedKey(key) ?? {};
  const generation = id === undefined ? undefined : engine.find(id);
  if (!generation || index >= generation.request.count) return undefined;
  const picture = generation.picture(index, 'decoded');
  return pictureKey(picture) === key ? picture : undefined;
}

/** Parses a picture URL; undefined if it is not one, or not of a model served here. */
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
