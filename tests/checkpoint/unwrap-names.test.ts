import { describe, expect, it } from 'vitest';
import { floats } from '../support/broken-files/bytes.js';
import { validSafetensors } from '../support/broken-files/safetensors.js';
import { dict, pickleOf, tensor, text, torchFile } from '../support/broken-files/torch.js';
import { contents, opened } from '../support/complaint.js';

const x = ['F32', [2], [...floats(1, 2)]];
const y = ['F32', [2], [...floats(3, 4)]];

const safetensorsWith = (first: string, second: string) =>
  validSafetensors([
    { name: first, dtype: 'F32', shape: [2], bytes: floats(1, 2) },
    { name: second, dtype: 'F32', shape: [2], bytes: floats(3, 4) },
  ]);

const torchWith = (first: string, second: string) =>
  torchFile(pickleOf(dict(text(first), tensor({ key: 'a' }), text(second), tensor({ key: 'b' }))), {
    a: floats(1, 2),
    b: floats(3, 4),
  });

describe.each([
  ['safetensors', safetensorsWith],
  ['torch', torchWith],
])('parameter names wrapped in training, in a file of %s', (_, fileWith) => {
  it.each(['module.', '_orig_mod.', '_orig_mod.module.', 'module._orig_mod.'])(
    'are known without what all of them begin with: %s',
    async (prefix) => {
      const weights = await opened(fileWith(`${prefix}norm.weight`, `${prefix}module.bias`));
      expect([...(await contents(weights))]).toEqual([
        ['norm.weight', x],
        ['module.bias', y],
      ]);
    },
  );

  it.each([
    ['module.norm.weight', 'norm.bias'],
    ['norm.weight', 'module.norm.bias'],
    ['model.norm.weight', 'model.norm.bias'],
    ['module', 'modules.x'],
  ])('are unchanged if they do not all have such a prefix: %s, %s', async (first, second) => {
    const weights = await opened(fileWith(first, second));
    expect([...(await contents(weights)).keys()].sort()).toEqual([first, second].sort());
  });
});

describe('a file without names', () => {
  it('is unchanged', async () => {
    expect((await opened(validSafetensors([]))).tensors.size).toBe(0);
  });
});
