import type { WeightFile } from './weight-file.js';

/** What a model's wrappers put before every name: torch's DistributedDataParallel and torch.compile, one or both. */
const wrappers = /^(?:module\.|_orig_mod\.){1,2}/;

/** Weights by the names that they had before training wrapped the model: what every name begins with is left out. */
export function unwrapNames(weights: WeightFile): WeightFile {
  const { file, tensors } = weights;
  const [first = ''] = tensors.keys();
  const [prefix] = wrappers.exec(first) ?? [];
  if (prefix === undefined || ![...tensors.keys()].every((name) => name.startsWith(prefix))) return weights;
  return {
    file,
    tensors: new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor])),
    bytes: (name) => weights.bytes(prefix + name),
    close: () => weights.close(),
  };
}
