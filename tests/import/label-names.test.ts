import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImportError } from '../../src/import/import-options.js';
import { readLabelNames } from '../../src/import/label-names.js';
import { useFolder } from '../support/weights.js';

const folder = useFolder();

async function labelsOf(text: string) {
  const file = join(folder(), 'labels');
  await writeFile(file, text);
  return readLabelNames(file);
}

const names = async (text: string) => (await labelsOf(text)).map(({ name }) => name);

describe('the labels of ImageNet', () => {
  it('ship with the package: 1,000 names, each unique and without spaces', async () => {
    const labels = await readLabelNames('imagenet');
    expect(labels).toHaveLength(1000);
    expect(new Set(labels.map(({ name }) => name)).size).toBe(1000);
    expect(labels.every(({ name, index }, i) => /^[\p{L}\p{N}-]+$/u.test(name) && index === i)).toBe(true);
    // The usual numbering.
    expect([0, 1, 207, 281, 999].map((i) => labels[i]?.title)).toEqual([
      'tench',
      'goldfish',
      'Golden Retriever',
      'tabby cat',
      'toilet paper',
    ]);
  });

  it('tell cranes apart: the bird and the machine', async () => {
    const labels = await readLabelNames('imagenet');
    const cranes = labels.filter(({ name }) => name.startsWith('crane'));
    expect(cranes).toHaveLength(2);
    expect(new Set(cranes.map(({ name }) => name)).size).toBe(2);
  });
});

describe('labels from a file', () => {
  it('are a JSON array of names', async () => {
    expect(await labelsOf('["Golden Retriever", "tench"]')).toEqual([
      { index: 0, name: 'golden-retriever', title: 'Golden Retriever', symbol: null },
      { index: 1, name: 'tench', title: 'tench', symbol: null },
    ]);
  });

  it('are a JSON array of objects, which may be partial and have extra fields', async () => {
    const entries = [
      { name: 'cat', title: 'A cat', symbol: '🐈', group: 'Animals' },
      { title: "Dog's nose" },
      { name: 'Bird' },
      {},
      { name: 'fish', symbol: null },
    ];
    expect(await labelsOf(JSON.stringify(entries))).toEqual([
      { index: 0, name: 'cat', title: 'A cat', symbol: '🐈' },
      { index: 1, name: 'dogs-nose', title: "Dog's nose", symbol: null },
      { index: 2, name: 'bird', title: 'Bird', symbol: null },
      { index: 3, name: 'class-3', title: 'Class 3', symbol: null },
      { index: 4, name: 'fish', title: 'fish', symbol: null },
    ]);
  });

  it('are one name per line; an empty line is a class without a name, except at the end', async () => {
    expect(await names('tench\r\n\r\n  great white shark  \n\n\n')).toEqual(['tench', 'class-1', 'great-white-shark']);
    expect(await names('\uFEFFtench')).toEqual(['tench']);
    expect((await labelsOf('\uFEFFtench'))[0]?.title).toBe('tench');
    expect(await names('\uFEFF["tench"]')).toEqual(['tench']);
    expect(await names('猫\nÉpée')).toEqual(['猫', 'épée']);
  });

  it('with the same name are numbered, avoiding names of others', async () => {
    expect(await names('crane\ncrane\nCrane!')).toEqual(['crane', 'crane-1', 'crane-2']);
    expect(await names('crane\ncrane-2\ncrane')).toEqual(['crane', 'crane-2', 'crane-2-2']);
  });

  it('are unique and without spaces, whatever the names are', async () => {
    const word = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('a', 'A', 'a-1', 'a 2', '-'));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 12 }), async (words) => {
        const labels = await labelsOf(JSON.stringify(words));
        expect(labels).toHaveLength(words.length);
        expect(new Set(labels.map(({ name }) => name)).size).toBe(words.length);
        for (const { name } of labels) expect(name).toMatch(/^\S+$/);
      }),
    );
  });

  it.each([
    ['["cat", ', 'is not JSON'],
    ['{"0": "cat"}', 'to be an array of names or of {name, title, symbol}'],
    ['["cat", 7, null]', 'to be an array of names or of {name, title, symbol}; invalid entries: 1, 2'],
    ['[["n01440764", "tench"]]', 'invalid entries: 0'],
    ['[{"name": 7}]', 'invalid entries: 0'],
    ['["cat", ""]', 'invalid entries: 1'],
    ['[]', 'contains no names'],
    ['\n\n', 'contains no names'],
    ['', 'contains no names'],
  ])('are rejected if invalid: %j', async (text, says) => {
    const error: unknown = await labelsOf(text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ImportError);
    expect((error as ImportError).message).toMatch(/^--labels: /);
    expect((error as ImportError).message).toContain(says);
    expect((error as ImportError).message).toContain(join(folder(), 'labels'));
  });

  it('are rejected if there is no such file', async () => {
    await expect(readLabelNames('imagnet')).rejects.toThrow(
      new ImportError('--labels: expected "imagenet" or a readable file, got "imagnet"'),
    );
  });
});
