import { createRequire } from 'node:module';
import { decodeImage } from '../../image/decode.js';
import { cellCount } from '../../decoding/grid.js';
import { maxGridSide, type Picture } from '../../generation/picture.js';
import { connect } from '../connection.js';
import { statusOf } from '../enums.js';
import type { DetokenizeInput, ImageInput, QueryResolvers } from '../generated/resolvers.js';
import { readImageInput } from '../image-input.js';
import { parseModel } from '../model-input.js';
import { parsePlan } from '../plan-input.js';
import { orBadImage } from '../source-input.js';
import { Problems } from '../problems.js';
import type { Engine } from '../../engine/engine.js';
import type { ServedModel } from '../../engine/served-model.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

export const query: QueryResolvers = {
  models: (_, __, { engine }) => engine.models,
  model: (_, { id }, { engine }) => (typeof id === 'string' ? (engine.model(id) ?? null) : engine.defaultModel),
  generation: (_, { id }, { engine }) => engine.find(id) ?? null,
  generations: (_, { first, after, status }, { engine }) => {
    const generations = engine.list(status?.map((name) => statusOf[name]));
    return connect(generations, ({ id }) => id, { first: first ?? 20, after, maxFirst: 100 });
  },
  decodingPlan: (_, { input }, { engine }) => {
    const problems = new Problems();
    const model = parseModel('input.model', input.model, engine);
    const cells = cellCount(model.manifest.grid);
    const known = problems.wholeNumber('input.known', input.known ?? 0, 0, cells - 1);
    problems.throwIfAny();
    const tokensPerStep = parsePlan('input', input, model, known, problems);
    problems.throwIfAny();
    return { tokensPerStep };
  },
  tokenize: async (_, { input }, { engine }) => {
    const model = parseModel('input.model', input.model, engine);
    return { ...model.manifest.grid, values: Array.from(await tokensOf(input.image, model, engine)) };
  },
  detokenize: (_, { input }, { engine }) => parseDetokenize(input, parseModel('input.model', input.model, engine)),
  features: async (_, { input }, { engine }) => {
    const problems = new Problems();
    const model = parseModel('input.model', input.model, engine);
    const { layers, dimension } = model.transformer.shape;
    if (!model.capabilities.features) {
      problems.expected('input.model', 'a model whose capabilities have features', model.id);
    }
    const layer = problems.wholeNumber('input.layer', input.layer ?? Math.floor(layers / 2), 0, layers - 1);
    problems.throwIfAny();
    const tokens = await tokensOf(input.image, model, engine);
    const all = await model.pictures.features(tokens, layer);
    const values = input.pooling === 'NONE' ? all : meanOf(all, dimension);
    return { layer, dimension, cells: values.length / dimension, values };
  },
  server: (_, __, { engine }) => ({ ...engine.load, version, device: engine.device, uptimeSeconds: process.uptime() }),
};

/** The tokens of a picture that covers the model's. */
async function tokensOf(image: ImageInput, model: ServedModel, engine: Engine): Promise<Int32Array> {
  const { grid } = model.manifest;
  const { factor } = model.tokenizer;
  const size = { width: grid.width * factor, height: grid.height * factor, fit: 'cover' } as const;
  const fitted = await orBadImage('input.image', image, async () =>
    decodeImage(await readImageInput('input.image', image), size),
  );
  return engine.encodeImage(model, fitted);
}

/** The mean of vectors of `dimension` numbers. */
function meanOf(vectors: Float32Array, dimension: number): Float32Array {
  const sums = new Float64Array(dimension);
  vectors.forEach((value, i) => (sums[i % dimension] = (sums[i % dimension] ?? 0) + value));
  return Float32Array.from(sums, (sum) => sum / (vectors.length / dimension));
}

function parseDetokenize(input: DetokenizeInput, model: ServedModel): Picture {
  const problems = new Problems();
  const { grid } = model.manifest;
  const width = problems.wholeNumber('input.width', input.width ?? grid.width, 1, maxGridSide);
  const height = problems.wholeNumber('input.height', input.height ?? grid.height, 1, maxGridSide);
  problems.throwIfAny();
  const field = 'input.tokens';
  const { vocabulary } = model.transformer.shape;
  const wrong = input.tokens.find((token) => token < 0 || token >= vocabulary);
  if (input.tokens.length !== width * height) {
    problems.add(
      field,
      `Expected \`${field}\` to hold ${width} x ${height} = ${width * height} tokens, got ${input.tokens.length}.`,
    );
  }
  if (wrong !== undefined) {
    problems.add(field, `Expected every one of \`${field}\` to be from 0 to ${vocabulary - 1}, got ${wrong}.`);
  }
  problems.throwIfAny();
  return { model: model.id, mode: 'decoded', width, height, tokens: Int32Array.from(input.tokens) };
}
