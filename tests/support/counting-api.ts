import type { OrtApi } from '../../src/runtime/device/ort-api.js';

/** The same API, and how many objects it has made that nobody released. */
export function counting(api: OrtApi): OrtApi & { readonly held: () => number } {
  let held = 0;
  return {
    ...api,
    make: (name, ...args) => {
      const made = api.make(name, ...args);
      // Data belongs to its tensor.
      if (name !== 'GetTensorMutableData') held++;
      return made;
    },
    release: (name, object) => {
      held--;
      api.release(name, object);
    },
    held: () => held,
  };
}
