import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSmallModel } from '../../src/model/transformer-file.js';
import { safetensorsOf } from '../support/broken-files/safetensors.js';
import { rarShapes } from '../support/goldens/rar-shapes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'randar-small-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** 14 984 000 parameters with 12 blocks, 16 168 768 with 13. */
const sizes = { dimension: 256, hidden: 1024, heads: 4, vocabulary: 64, classes: 10, cells: 64 };
const bytesOf = { F32: 4, F16: 2, I8: 1 } as const;

/** Writes only the header of a RAR file with matrices of a type; nothing else is read, so the rest is a hole. */
async function isSmallOf(layers: number, type: keyof typeof bytesOf): Promise<boolean> {
  const header: Record<string, unknown> = {};
  let end = 0;
  const add = (name: string, dtype: keyof typeof bytesOf, shape: readonly number[]) => {
    const begin = end;
    end += shape.reduce((count, side) => count * side, bytesOf[dtype]);
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  };
  for (const [name, shape] of Object.entries(rarShapes({ ...sizes, layers }))) {
    const isMatrix = /^blocks.*\.weight$/.test(name) && shape.length === 2;
    if (!isMatrix || type !== 'I8') add(name, isMatrix ? type : 'F32', shape);
    else {
      add(name, 'I8', shape.toReversed());
      add(`${name}.scales`, 'F32', shape.slice(0, 1));
    }
  }
  const file = `${layers}-${type}.safetensors`;
  const head = safetensorsOf(header);
  await writeFile(join(folder, file), head);
  await truncate(join(folder, file), head.length + end);
  return isSmallModel({ family: 'rar', folder, transformer: { file, heads: sizes.heads } });
}

describe('a model', () => {
  it.each(['F32', 'F16', 'I8'] as const)('is small by its number of parameters, with matrices of %s', async (type) => {
    expect(await isSmallOf(12, type)).toBe(true);
    expect(await isSmallOf(13, type)).toBe(false);
  });
});
