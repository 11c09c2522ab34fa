import { afterEach, describe, expect, it } from 'vitest';
import { floats as widened, isFloatType } from '../../../src/checkpoint/floats.js';
import { openWeights } from '../../../src/checkpoint/open-weights.js';
import type { WeightFile } from '../../../src/checkpoint/weight-file.js';
import { floats, utf8, type Part } from '../../support/broken-files/bytes.js';
import {
  call,
  dict,
  global,
  int,
  list,
  none,
  orderedDict,
  pickleOf,
  tensor,
  text,
  torchFile,
  tuple,
} from '../../support/broken-files/torch.js';
import { zipOf } from '../../support/broken-files/zip.js';
import { goldenFile } from '../../support/goldens/load.js';
import { complaint, contents, opened } from '../../support/complaint.js';

async function expectSame(actual: WeightFile, expected: WeightFile, leftOut: readonly string[] = []): Promise<void> {
  const compared = [...actual.tensors].filter(([name]) => !leftOut.includes(name));
  expect(new Map(compared)).toEqual(expected.tensors);
  for (const name of expected.tensors.keys()) {
    expect(Buffer.compare(await actual.bytes(name), await expected.bytes(name)), name).toBe(0);
  }
}

const toClose: WeightFile[] = [];
afterEach(async () => {
  for (const file of toClose.splice(0)) await file.close();
});

async function golden(name: string): Promise<WeightFile> {
  const file = await openWeights(goldenFile(name));
  toClose.push(file);
  return file;
}

describe('torch.save files', () => {
  // The conversion drops a buffer used in training.
  it.each([
    ['llamagen-f4', ['quantize.codebook_used']],
    ['llamagen-f8', []],
  ])('%s has the tensors of its safetensors conversion', async (name, leftOut) => {
    await expectSame(await golden(`${name}.pt`), await golden(`${name}.safetensors`), leftOut);
  });

  /**
   * Written by torch 2.13 in protocols 2 and 5: {"model", "optimizer", "steps", "args": Namespace, "ema"}. The model
   * has views (transposed, sliced, stepped, permuted, channels-last), a tied weight, an nn.Parameter, a scalar, an
   * empty tensor and every type. The expected file has the same tensors made contiguous, written by safetensors.torch.
   */
  it.each(['torch-training.pt', 'torch-training-protocol5.pt'])('%s has the tensors that torch reads', async (name) => {
    await expectSame(await golden(name), await golden('torch-training.safetensors'));
  });

  // Counts, values and fp64 sums from torch 2.13.
  it.each([
    ['maskgit-f4.bin', 114, 1050139, 1842.4868885581718],
    ['rar-square8.bin', 45, 289256, 361.15055799896436],
    ['llamagen-f4.pt', 252, 1135675, 2372.6804491663233],
  ])('%s has as many tensors as torch reads, with the same sum', async (name, count, numbers, sum) => {
    const file = await golden(name);
    let [total, length] = [0, 0];
    for (const [tensor, { dtype }] of file.tensors) {
      if (!isFloatType(dtype)) throw new Error(dtype);
      const data = widened(dtype, await file.bytes(tensor));
      length += data.length;
      for (const value of data) total += value;
    }
    expect([file.tensors.size, length]).toEqual([count, numbers]);
    expect(total).toBeCloseTo(sum, 6);
  });
});

const two = floats(1, 2);
const state = (...parts: readonly Part[]) => orderedDict(text('x'), tensor(), ...parts);
const namesOf = async (pickle: Uint8Array, storages: Record<string, Uint8Array> = { 0: two }) => [
  ...(await opened(torchFile(pickle, storages))).tensors.keys(),
];

describe('the weights of a torch file', () => {
  it.each<[string, Part, string[]]>([
    ['a bare state dict', state(), ['x']],
    ['a plain dict', dict(text('x'), tensor()), ['x']],
    ['under "model"', dict(text('model'), state()), ['x']],
    ['under "module"', dict(text('module'), state()), ['x']],
    ['under "state_dict"', dict(text('state_dict'), state()), ['x']],
    ['under "ema"', dict(text('ema'), state()), ['x']],
    ['under "model" before "ema"', dict(text('ema'), dict(text('e'), tensor()), text('model'), state()), ['x']],
    ['beside counters', state(text('steps'), int(5), text('args'), none), ['x']],
    [
      'beside an optimizer and arguments',
      dict(
        text('optimizer'),
        dict(text('state'), dict(int(0), dict(text('exp_avg'), tensor({ key: 'gone' }))), text('groups'), list()),
        text('args'),
        call(global('argparse', 'Namespace')),
        text('model'),
        state(),
      ),
      ['x'],
    ],
    [
      'as parameters',
      state(text('p'), call(global('torch._utils', '_rebuild_parameter'), tensor(), '\x88', none)),
      ['x', 'p'],
    ],
  ])('are found %s', async (_, root, names) => {
    expect(await namesOf(pickleOf(root))).toEqual(names);
  });

  it.each<[string, Part]>([
    ['nothing', none],
    ['a tensor without a name', tensor()],
    ['a list of tensors', list(tensor())],
    ['an empty dict', dict()],
    ['a dict of dicts of dicts', dict(text('net'), dict(text('model'), state()))],
  ])('are not found in %s, and the error says where they should be', async (_, root) => {
    const message = await complaint(() => namesOf(pickleOf(root)));
    expect(message).toContain(
      'contains no weights: expected tensors by name, at the top level or under one of model, module',
    );
  });

  it('that are not found are reported with the keys that exist', async () => {
    expect(await complaint(() => namesOf(pickleOf(dict(text('net'), dict(), text('lr'), int(1)))))).toContain(
      '(found: "net", "lr")',
    );
  });

  it('may share a storage, whole or in parts', async () => {
    const pickle = pickleOf(
      dict(
        text('all'),
        tensor({ shape: [2, 3], numel: 6 }),
        text('tied'),
        tensor({ shape: [2, 3], numel: 6 }),
        text('row'),
        tensor({ shape: [3], offset: 3, numel: 6 }),
        text('column'),
        tensor({ shape: [2], offset: 1, stride: [3], numel: 6 }),
        text('transposed'),
        tensor({ shape: [3, 2], stride: [1, 3], numel: 6 }),
      ),
    );
    const weights = await opened(torchFile(pickle, { 0: floats(0, 1, 2, 3, 4, 5) }));
    const values: Record<string, number[]> = {};
    for (const name of weights.tensors.keys()) values[name] = [...widened('F32', await weights.bytes(name))];
    expect(values).toEqual({
      all: [0, 1, 2, 3, 4, 5],
      tied: [0, 1, 2, 3, 4, 5],
      row: [3, 4, 5],
      column: [1, 4],
      transposed: [0, 3, 1, 4, 2, 5],
    });
  });

  it('may be scalars and empty, with strides that say nothing', async () => {
    const pickle = pickleOf(
      dict(
        text('scalar'),
        tensor({ shape: [] }),
        text('empty'),
        tensor({ key: '1', shape: [0, 3], stride: [7, 9] }),
        text('single'),
        tensor({ shape: [1, 1], stride: [2 ** 50, 9] }),
      ),
    );
    const weights = await opened(torchFile(pickle, { 0: floats(1.5), 1: floats() }));
    expect([...(await contents(weights))]).toEqual([
      ['scalar', ['F32', [], [...floats(1.5)]]],
      ['empty', ['F32', [0, 3], []]],
      ['single', ['F32', [1, 1], [...floats(1.5)]]],
    ]);
  });

  it('may come in an archive of any name, without a byteorder', async () => {
    const zip = zipOf([
      { name: 'vq ds16/data.pkl', bytes: pickleOf(state()) },
      { name: 'vq ds16/data/0', bytes: two },
    ]);
    expect([...(await opened(zip)).tensors.keys()]).toEqual(['x']);
  });
});

describe('a broken torch file', () => {
  const one = (built: Parameters<typeof tensor>[0], bytes = two) =>
    torchFile(pickleOf(dict(text('x'), tensor(built))), { 0: bytes });
  const archive = (...names: string[]) => zipOf(names.map((name) => ({ name, bytes: pickleOf(state()) })));

  it.each<[string, Uint8Array, string]>([
    ['has no pickle', archive('archive/data/0'), 'it has no archive/data.pkl'],
    ['has its pickle in no folder', archive('data.pkl'), 'it has no archive/data.pkl'],
    ['has its pickle too deep', archive('a/b/data.pkl'), 'it has no archive/data.pkl'],
    [
      'reaches out of its folder',
      archive('a/data.pkl', '../evil', '/etc/passwd'),
      'entry "../evil" is outside "a"; entry "/etc/passwd"',
    ],
    [
      'is of another machine',
      zipOf([
        { name: 'a/data.pkl', bytes: pickleOf(state()) },
        { name: 'a/byteorder', bytes: utf8('big') },
      ]),
      'its byteorder is "big"',
    ],
    [
      'has a byteorder of a megabyte',
      zipOf([
        { name: 'a/data.pkl', bytes: pickleOf(state()) },
        { name: 'a/byteorder', bytes: new Uint8Array(2 ** 20) },
      ]),
      'has 1048576 bytes, expected at most 16',
    ],
    [
      'has a pickle above 4 MiB',
      zipOf([{ name: 'a/data.pkl', bytes: new Uint8Array(2 ** 22 + 1) }]),
      'expected at most 4194304',
    ],
    ['runs code', torchFile(pickleOf(call(global('os', 'system'), text('id'))), {}), 'its pickle names "os.system"'],
    ['lacks a storage', one({ key: '7' }), 'tensor "x": its storage "archive/data/7" is missing'],
    ['reaches out of its storages', one({ key: '../data.pkl' }), 'storage "archive/data/../data.pkl" is missing'],
    ['has a storage shorter than it says', one({ shape: [3], numel: 3 }), 'has 8 bytes, expected 12'],
    ['has a storage longer than it says', one({ shape: [1], numel: 1 }), 'has 8 bytes, expected 4'],
    ['has a storage of another type', one({ storage: 'HalfStorage' }), 'has 8 bytes, expected 4'],
    ['has a storage of 2^60 numbers', one({ numel: 2 ** 60 }), 'has no storage that can be read'],
    ['has a storage of fewer than no numbers', one({ numel: -2 }), 'has no storage that can be read'],
    ['has a storage of complex numbers', one({ storage: 'ComplexFloatStorage' }), '"torch.ComplexFloatStorage"'],
    ['has a tensor larger than its storage', one({ shape: [3], numel: 2 }), 'takes 3 numbers from 0 to 3'],
    ['has a tensor behind its storage', one({ offset: 1 }), 'takes 2 numbers from 1 to 3 of storage "0", which has 2'],
    [
      'has a tensor of 2^62 numbers',
      one({ shape: [2n ** 31n, 2n ** 31n], numel: 2 }),
      'takes 4611686018427388000 numbers',
    ],
    ['has a tensor of 2^64 numbers in a dimension', one({ shape: [2n ** 62n], numel: 2 }), 'no valid size and stride'],
    [
      'has sizes that overflow',
      one({ shape: new Array<number>(40).fill(2 ** 50), stride: new Array<number>(40).fill(1), numel: 2 }),
      'numbers from 0 to',
    ],
    [
      'has sizes that overflow, and none',
      one({ shape: [...new Array<number>(40).fill(2 ** 50), 0], stride: new Array<number>(41).fill(1), numel: 2 }),
      'takes NaN numbers',
    ],
    ['has a number many times over', one({ shape: [1000], stride: [0], numel: 2 }), 'takes 1000 numbers from 0 to 1'],
    ['has a negative size', one({ shape: [-1], numel: 2, stride: [1] }), 'no valid size and stride'],
    ['has a negative stride', one({ stride: [-1] }), 'no valid size and stride'],
    ['has a negative offset', one({ offset: -1 }), 'has no valid offset in its storage'],
    ['has fewer strides than sizes', one({ shape: [1, 2], stride: [1] }), 'no valid size and stride'],
    ['has a stride beyond everything', one({ stride: [2 ** 52] }), 'takes 2 numbers from 0 to 4503599627370497'],
    [
      'has more dimensions than torch',
      one({ shape: new Array<number>(65).fill(1), numel: 2 }),
      'no valid size and stride',
    ],
    [
      'has a tensor of nothing',
      torchFile(pickleOf(dict(text('x'), call(global('torch._utils', '_rebuild_tensor_v2')))), {}),
      'has no storage that can be read',
    ],
    [
      'has a tensor by a number',
      torchFile(pickleOf(dict(int(1), tensor())), { 0: two }),
      'the name of a tensor is not a string',
    ],
    [
      'has a storage by a number',
      torchFile(
        pickleOf(
          dict(
            text('x'),
            call(
              global('torch._utils', '_rebuild_tensor_v2'),
              tuple(text('storage'), global('torch', 'FloatStorage'), int(0), text('cpu'), int(2)),
              'Q',
            ),
          ),
        ),
        { 0: two },
      ),
      'has no storage that can be read',
    ],
  ])('that %s is refused', async (_, bytes, what) => {
    expect(await complaint(() => opened(bytes))).toContain(what);
  });

  it('is refused with all its problems at once', async () => {
    const pickle = pickleOf(
      dict(text('a'), tensor({ key: '8' }), text('b'), tensor(), text('c'), tensor({ key: '9' })),
    );
    const message = await complaint(() => opened(torchFile(pickle, { 0: floats(1) })));
    expect(message.split('; ')).toEqual([
      'tensor "a": its storage "archive/data/8" is missing',
      'tensor "b": storage "archive/data/0" has 4 bytes, expected 8',
      'tensor "c": its storage "archive/data/9" is missing',
    ]);
  });

  it('whose tensors are many times the file is rejected, shared or not', async () => {
    const big = { shape: [10_000], numel: 10_000 };
    const many = (count: number) =>
      torchFile(pickleOf(dict(...Array.from({ length: count }, (_, i) => [text(`t${i}`), tensor(big)]).flat())), {
        0: new Uint8Array(40_000),
      });
    expect((await opened(many(8))).tensors.size).toBe(8);
    expect(await complaint(() => opened(many(20)))).toContain('more than 8 times the');
  });

  it('whose sparse tensors span much of the file is rejected, since each would be read in full', async () => {
    const wide = { shape: [2], stride: [9_999], numel: 10_000 };
    const parts = Array.from({ length: 20 }, (_, i) => [text(`t${i}`), tensor(wide)]).flat();
    const file = torchFile(pickleOf(dict(...parts)), { 0: new Uint8Array(40_000) });
    expect(await complaint(() => opened(file))).toContain('more than 8 times the');
  });
});
