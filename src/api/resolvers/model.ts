import { deviceName } from '../../runtime/device.js';
import { searchLabels } from '../../model/labels.js';
import { connect } from '../connection.js';
import type { ModelResolvers } from '../generated/resolvers.js';
import { usualOrder } from '../input/order.js';

export const model: ModelResolvers = {
  name: ({ manifest }) => manifest.name,
  family: ({ manifest }) => manifest.family,
  parameters: ({ transformer }) => transformer.shape.parameters,
  gridWidth: ({ manifest }) => manifest.grid.width,
  gridHeight: ({ manifest }) => manifest.grid.height,
  imageWidth: ({ manifest, tokenizer }) => manifest.grid.width * tokenizer.factor,
  imageHeight: ({ manifest, tokenizer }) => manifest.grid.height * tokenizer.factor,
  vocabularySize: ({ transformer }) => transformer.shape.vocabulary,
  precision: ({ transformer }) => transformer.precision,
  device: ({ device }) => deviceName(device),
  defaults: ({ manifest: { defaults }, capabilities }) => ({
    steps: defaults.steps,
    guidanceStart: defaults.guidance.start,
    guidanceEnd: defaults.guidance.end,
    guidanceCurve: defaults.guidance.curve === 'cosine' ? 'COSINE' : 'LINEAR',
    guidancePower: defaults.guidance.power,
    order: usualOrder({ capabilities }),
    temperature: defaults.temperature,
    topK: defaults.topK,
    topP: defaults.topP,
  }),
  labels: ({ manifest: { labelList } }, { search, first, after }) => {
    const labels = search ? searchLabels(labelList, search) : labelList;
    return connect(labels, ({ index }) => String(index), { first: first ?? 50, after, maxFirst: 1000 });
  },
  license: ({ manifest }) => manifest.license,
};
