import type { FeaturesResolvers } from '../generated/resolvers.js';

export const features: FeaturesResolvers = {
  values: ({ values }) => Array.from(values),
  // Float32Array has the machine's byte order, which is little-endian on everything that ONNX Runtime is built for.
  base64: ({ values: { buffer, byteOffset, byteLength } }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
};
