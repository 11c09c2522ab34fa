import { z } from 'zod';
import type { Engine } from '../../engine/engine.js';
import type { ServedModel } from '../../engine/served-model.js';
import { maxGridSide, type Picture } from '../../generation/picture.js';
import { decodeImage, type FittedImage } from '../../image/decode.js';
import type { DetokenizeInput, FeaturesInput, ImageInput } from '../generated/resolvers.js';
import { readImage } from './image.js';
import { Problems } from './problems.js';
import { optional, wholeNumber } from './shapes.js';

/** The image, scaled to cover the model's resolution. @throws BadInputError */
export async function parseImage(image: ImageInput, model: ServedModel, engine: Engine): Promise<FittedImage> {
  const problems = new Problems();
  return problems.orThrow(await readCovering(image, model, engine, problems));
}

function readCovering(
  image: ImageInput,
  model: ServedModel,
  engine: Engine,
  problems: Problems,
): Promise<FittedImage | undefined> {
  const size = engine.pictureSize({ model: model.id, ...model.manifest.grid });
  return readImage('input.image', image, problems, (bytes) => decodeImage(bytes, { ...size, fit: 'cover' }));
}

/** @throws BadInputError */
export async function parseFeatures(
  input: FeaturesInput,
  model: ServedModel,
  engine: Engine,
): Promise<{ image: FittedImage; layer: number }> {
  const problems = new Problems();
  if (!model.capabilities.features) {
    problems.expected('input.model', 'a model with the capability `features`', model.id);
  }
  const { layers } = model.transformer.shape;
  const shape = z.object({ layer: optional(wholeNumber(0, layers - 1), Math.floor(layers / 2)) });
  const checked = problems.check('input', shape, input);
  const image = await readCovering(input.image, model, engine, problems);
  return { image: problems.orThrow(image), ...problems.orThrow(checked) };
}

/** @throws BadInputError */
export function parseDetokenize(input: DetokenizeInput, { id, manifest, transformer }: ServedModel): Picture {
  const problems = new Problems();
  const side = wholeNumber(1, maxGridSide);
  const shape = z.object({
    width: optional(side, manifest.grid.width),
    height: optional(side, manifest.grid.height),
    tokens: z.array(wholeNumber(0, transformer.shape.vocabulary - 1)),
  });
  const checked = problems.check('input', shape, input);
  const { width, height, tokens } = problems.orThrow(checked);
  const cells = width * height;
  if (tokens.length !== cells) {
    problems.add('input.tokens', `to hold ${width} x ${height} = ${cells} tokens, got ${tokens.length}.`);
  }
  problems.throwIfAny();
  return { model: id, mode: 'decoded', width, height, tokens: Int32Array.from(tokens) };
}
