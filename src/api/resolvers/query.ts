import { createRequire } from 'node:module';
import { connect } from '../connection.js';
import { statusOf } from '../enums.js';
import type { FeaturesResolvers, QueryResolvers } from '../generated/resolvers.js';
import { parseModel } from '../input/model.js';
import { parseDetokenize, parseFeatures, parseImage } from '../input/picture.js';
import { parseDecodingPlan } from '../input/schedule.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

export const query: QueryResolvers = {
  models: (_, __, { engine }) => engine.models,
  model: (_, { id }, { engine }) => (typeof id === 'string' ? (engine.model(id) ?? null) : engine.defaultModel),
  generation: (_, { id }, { engine }) => engine.find(id) ?? null,
  generations: (_, { first, after, status }, { engine }) => {
    const generations = engine.list(status?.map((name) => statusOf[name]));
    return connect(generations, ({ id }) => id, { first: first ?? 20, after, maxFirst: 100 });
  },
  decodingPlan: (_, { input }, { engine }) => parseDecodingPlan(input, parseModel('input.model', input.model, engine)),
  tokenize: async (_, { input }, { engine }) => {
    const model = parseModel('input.model', input.model, engine);
    const tokens = await engine.encodeImage(model, await parseImage(input.image, model, engine));
    return { ...model.manifest.grid, values: Array.from(tokens) };
  },
  detokenize: (_, { input }, { engine }) => parseDetokenize(input, parseModel('input.model', input.model, engine)),
  features: async (_, { input }, { engine }) => {
    const model = parseModel('input.model', input.model, engine);
    const { image, layer } = await parseFeatures(input, model, engine);
    const values = await engine.features(model, image, { layer, pooling: input.pooling === 'NONE' ? 'none' : 'mean' });
    const { dimension } = model.transformer.shape;
    return { layer, dimension, cells: values.length / dimension, values };
  },
  server: (_, __, { engine }) => ({ ...engine.load, version, device: engine.device, uptimeSeconds: process.uptime() }),
};

export const features: FeaturesResolvers = {
  values: ({ values }) => Array.from(values),
  // Float32Array uses the machine's byte order; every platform that ONNX Runtime supports is little-endian.
  base64: ({ values: { buffer, byteOffset, byteLength } }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
};
