import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { floats as widened, isFloatType } from '../../src/checkpoint/floats.js';
import { readWeights } from '../../src/checkpoint/open-weights.js';
import { memorySource, type Source } from '../../src/checkpoint/source.js';
import { byteLength } from '../../src/checkpoint/weight-file.js';
import { floats, join, little, utf8 } from '../support/broken-files/bytes.js';
import { mutate, mutationsOf, type Mutation } from '../support/broken-files/mutations.js';
import { validSafetensors } from '../support/broken-files/safetensors.js';
import {
  call,
  dict,
  global,
  int,
  orderedDict,
  pickleOf,
  tensor,
  text,
  torchFile,
} from '../support/broken-files/torch.js';
import { goldenFile } from '../support/goldens/load.js';
import { fileName } from '../support/complaint.js';

type Files = Readonly<Record<string, Uint8Array>>;

let tries = 0;

/**
 * Opens the weights and reads all of them. Either everything is valid, or they are rejected with a CheckpointError; and
 * the bytes read and produced stay within a multiple of the file's size. Otherwise this throws.
 *
 * @returns 'read', or the reason of the rejection.
 */
async function tryFiles(files: Files): Promise<string> {
  tries++;
  const size = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  let [used, open] = [0, 0];
  const counted = (name: string): Source => {
    const bytes = files[name];
    if (!bytes) throw new CheckpointError(`${name}: cannot be read`);
    const source = memorySource(name, bytes);
    open++;
    return {
      ...source,
      read: (offset, length) => {
        if (length <= bytes.length) used += length;
        return source.read(offset, length);
      },
      close: () => {
        open--;
        return Promise.resolve();
      },
    };
  };
  try {
    // A missing shard is a rejection, not an exception.
    const weights = await readWeights(counted(fileName), (name) => Promise.resolve().then(() => counted(name)));
    for (const [name, tensor] of weights.tensors) {
      const bytes = await weights.bytes(name);
      if (bytes.length !== byteLength(tensor)) throw new Error(`${name} is not whole`);
      if (isFloatType(tensor.dtype)) widened(tensor.dtype, bytes);
      used += bytes.length;
    }
    await weights.close();
    return 'read';
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    // The reason alone, without this file's names and numbers.
    return error.message.replace(/"[^"]*"|\d+/g, '');
  } finally {
    expect(open, 'files left open').toBe(0);
    // Opening reads directory, pickle and local headers; tensors may take up to 8 times the file, as spans and made
    // contiguous.
    expect(used).toBeLessThanOrEqual(20 * size + 1024);
  }
}

/** Seeded, so that failures reproduce on every machine; fast-check shrinks the counterexample. */
async function tryMutations(runs: number, tokens: string, build: (mutations: readonly Mutation[]) => Files) {
  const outcomes = new Map<string, number>();
  expect(await tryFiles(build([])), 'without mutations').toBe('read');
  await fc.assert(
    fc.asyncProperty(mutationsOf(tokens), async (mutations) => {
      const outcome = await tryFiles(build(mutations));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { numRuns: runs, seed: 20_241_124 },
  );
  // If all mutations ended the same way, they would test only one path.
  expect(outcomes.get('read')).toBeGreaterThan(0);
  expect(outcomes.size).toBeGreaterThan(10);
}

const jsonTokens = '0123456789-.,:"[]{}eE\\ FBIU';
const pickleTokens = '.()]}Nabesutq\0h\0jrQRcX\x81\x85\x86\x87\x88\x89\x8a\x8c\x8d\x93\x94\x95KMJG';
const zipTokens = 'PK\x01\x02\x03\x04\x05\x06\x07\x08\0\xff';

const shard = (prefix: string) =>
  validSafetensors([
    { name: `${prefix}.weight`, dtype: 'F32', shape: [2, 2], bytes: floats(1, 2, 3, 4) },
    { name: `${prefix}.half`, dtype: 'F16', shape: [3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    { name: `${prefix}.flag`, dtype: 'BOOL', shape: [1], bytes: Uint8Array.of(1) },
  ]);

const matrix = { shape: [2, 3], numel: 6 };
const pickle = pickleOf(
  dict(
    text('args'),
    join(global('argparse', 'Namespace'), ')', '\x81', dict(text('lr'), int(1)), 'b'),
    text('model'),
    join(
      orderedDict(
        text('a'),
        tensor(matrix),
        text('tied'),
        tensor(matrix),
        text('transposed'),
        tensor({ ...matrix, shape: [3, 2], stride: [1, 3] }),
        text('p'),
        call(global('torch._utils', '_rebuild_parameter'), tensor({ storage: 'HalfStorage', key: '1' }), '\x89', 'N'),
      ),
      dict(text('_metadata'), orderedDict()),
      'b',
    ),
  ),
);
const storages = { 0: floats(0, 1, 2, 3, 4, 5), 1: Uint8Array.of(1, 2, 3, 4) };
const torch = torchFile(pickle, storages);
const torch64 = torchFile(pickle, storages, [], { zip64: true });
const directoryAt = Buffer.from(torch64).indexOf('PK\x01\x02', 0, 'latin1');
const saved = readFileSync(goldenFile('torch-training.pt'));
const savedDirectoryAt = saved.indexOf('PK\x01\x02', 0, 'latin1');
const shards = { 'one.safetensors': shard('a'), 'two.safetensors': shard('b') };
const index = utf8(
  JSON.stringify({
    weight_map: Object.fromEntries(
      ['weight', 'half', 'flag'].flatMap((name) => [
        [`a.${name}`, 'one.safetensors'],
        [`b.${name}`, 'two.safetensors'],
      ]),
    ),
  }),
);

describe('mutated files are read completely or rejected:', () => {
  it('safetensors, anywhere', async () => {
    await tryMutations(3000, jsonTokens, (mutations) => ({ [fileName]: mutate(shard('a'), mutations) }));
  });

  it('safetensors, in a header of correct length', async () => {
    const valid = shard('a');
    const headerEnd = 8 + Number(new DataView(valid.buffer).getBigUint64(0, true));
    const header = valid.subarray(8, headerEnd);
    await tryMutations(3000, jsonTokens, (mutations) => {
      const mutated = mutate(header, mutations);
      return { [fileName]: join(little(mutated.length, 8), mutated, valid.subarray(headerEnd)) };
    });
  });

  it('an index, and a shard of it', async () => {
    await tryMutations(3000, jsonTokens, (mutations) => ({ ...shards, [fileName]: mutate(index, mutations) }));
    await tryMutations(1000, jsonTokens, (mutations) => ({
      ...shards,
      [fileName]: index,
      'two.safetensors': mutate(shards['two.safetensors'], mutations),
    }));
  });

  it('torch files, anywhere', async () => {
    await tryMutations(3000, zipTokens, (mutations) => ({ [fileName]: mutate(torch, mutations) }));
  });

  it('torch files, in the directory and the end records', async () => {
    await tryMutations(3000, zipTokens, (mutations) => ({ [fileName]: mutate(torch64, mutations, directoryAt) }));
  });

  it('torch files, in the pickle of an intact zip', async () => {
    await tryMutations(5000, pickleTokens, (mutations) => ({
      [fileName]: torchFile(mutate(pickle, mutations), storages),
    }));
  });

  it('a file that torch wrote, anywhere and in its directory', async () => {
    await tryMutations(1000, zipTokens, (mutations) => ({ [fileName]: mutate(saved, mutations) }));
    await tryMutations(1000, zipTokens, (mutations) => ({ [fileName]: mutate(saved, mutations, savedDirectoryAt) }));
  });

  it('arbitrary bytes after the start of a known format', async () => {
    const beginning = fc.constantFrom('', '{', 'PK\x03\x04', '\x80\x02', '\x10\0\0\0\0\0\0\0{', '{"weight_map":{');
    await fc.assert(
      fc.asyncProperty(beginning, fc.uint8Array({ maxLength: 80 }), async (start, rest) => {
        await tryFiles({ [fileName]: join(start, rest) });
      }),
      { numRuns: 1000, seed: 20_241_124 },
    );
  });

  it('24,000 of them', () => {
    expect(tries).toBeGreaterThanOrEqual(24_000);
  });
});
