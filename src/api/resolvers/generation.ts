import { unknownToken } from '../../decoding/grid.js';
import type { ServedModel } from '../../engine/served-model.js';
import type { Generation } from '../../generation/generation.js';
import { ModelError } from '../../model/manifest.js';
import type { Context } from '../context.js';
import { statuses } from '../enums.js';
import type { GeneratedImageResolvers, GenerationResolvers, TokenGrid } from '../generated/resolvers.js';
import type { GeneratedImageView } from '../views.js';

export const generation: GenerationResolvers = {
  status: ({ status }) => statuses[status],
  model: modelOf,
  label: (source, _, context) => {
    const label = modelOf(source, _, context).manifest.labelList[source.request.label];
    if (!label) throw new ModelError(`model ${source.request.model} has no label ${source.request.label}`);
    return label;
  },
  seed: ({ request }) => request.seed,
  count: ({ request }) => request.count,
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  startedAt: ({ startedAt }) => startedAt?.toISOString() ?? null,
  finishedAt: ({ finishedAt }) => finishedAt?.toISOString() ?? null,
  error: ({ error }) => error ?? null,
  images: (source) => (source.status === 'completed' ? generatedImages(source) : []),
};

export const generatedImage: GeneratedImageResolvers = {
  seed: ({ generation: { request }, index }) => request.seed + index,
  tokens: ({ generation: source, index }) => tokenGrid(source, source.tokens[index] ?? new Int32Array()),
  image: ({ generation: source, index }) => source.picture(index, 'decoded'),
};

export function generatedImages(source: Generation): GeneratedImageView[] {
  return source.tokens.map((_, index) => ({ generation: source, index }));
}

/** @param tokens Row by row. */
export function tokenGrid({ request: { width, height } }: Generation, tokens: Int32Array): TokenGrid {
  return { width, height, values: Array.from(tokens, (token) => (token === unknownToken ? null : token)) };
}

function modelOf(source: Generation, _: unknown, { engine }: Context): ServedModel {
  const model = engine.model(source.request.model);
  if (!model) throw new ModelError(`no model "${source.request.model}"`);
  return model;
}
