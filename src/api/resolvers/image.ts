import { mediaTypes } from '../../image/encode.js';
import { imageFormats } from '../enums.js';
import type { ImageResolvers } from '../generated/resolvers.js';
import { pictureAddress } from '../picture-address.js';
import { Problems } from '../input/problems.js';
import { wholeNumber } from '../input/shapes.js';

/** Renders and encodes only if a field requests it. */
export const image: ImageResolvers = {
  width: (picture, _, { engine }) => engine.pictureSize(picture).width,
  height: (picture, _, { engine }) => engine.pictureSize(picture).height,
  url: (picture, { format, quality }, { engine, origin }) => {
    const file = { picture, format: imageFormats[format ?? 'PNG'], ...parseQuality(quality) };
    return origin + pictureAddress(file, engine);
  },
  dataUri: async (picture, { format, quality }, { engine }) => {
    const as = imageFormats[format ?? 'WEBP'];
    const bytes = await engine.encode(picture, as, parseQuality(quality).quality);
    return `data:${mediaTypes[as]};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}`;
  },
};

function parseQuality(quality: number | null | undefined): { quality?: number } {
  if (quality === null || quality === undefined) return {};
  const problems = new Problems();
  problems.check('quality', wholeNumber(1, 100), quality);
  problems.throwIfAny();
  return { quality };
}
