import type { WeightFile } from './weight-file.js';

/** Prefixes added by torch's DistributedDataParallel and torch.compile, either or both. */
const wrappers = /^(?:module\.|_orig_mod\.){1,2}/;

/** Removes the prefix that training wrappers put before every name. */
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
