import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphsOnDevice } from '../../src/runtime/device/device-session.js';
import { quantise } from '../../src/tokenizer/codebook.js';
import { loadTokenizer } from '../../src/tokenizer/tokenizer.js';
import { graphsOnHost } from '../../src/runtime/graph-session.js';
import { loadEncoder, loadTokenizerGolden, onOneThread, type TokenizerGolden } from '../support/goldens/load.js';
import { deviceOnHost, noDeviceOnHost } from '../support/device-on-host.js';
import { builtInModels } from '../support/goldens/models.js';

type Golden = Awaited<ReturnType<typeof loadTokenizerGolden>>;

/** Converts nested numbers [3, H, W] to bytes [H, W, 3], in the tokenizer's pixel range. */
function toRgb({ image, pixels }: TokenizerGolden): Uint8Array {
  return Uint8Array.from({ length: pixels * pixels * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    return Math.round(((image[i % 3]?.[Math.floor(at / pixels)]?.[at % pixels] ?? 0) + 1) * 127.5);
  });
}

const bytes = (levels: number) => Uint8Array.from({ length: levels }, (_, i) => (i * 37) % 256);

type Runtime = 'onnxruntime-node' | 'C API';
const runtimes: readonly Runtime[] = noDeviceOnHost ? ['onnxruntime-node'] : ['onnxruntime-node', 'C API'];
// After rounding to bytes, two cells of this noise picture are closer to another row.
const moved = { 'llamagen-f4': 2, 'llamagen-f8': 0 } as const;
const cases = runtimes.flatMap((runtime) =>
  Object.entries(moved).map(([name, codesThatBytesMove]) => ({ name, codesThatBytesMove, runtime })),
);

describe.each(cases)('the tokenizer of $name by $runtime', ({ name, codesThatBytesMove, runtime }) => {
  let golden: Golden['golden'];
  let tokenizer: Golden['tokenizer'];
  let side: number;
  let device: Awaited<ReturnType<typeof deviceOnHost>> | undefined;
  beforeAll(async () => {
    if (runtime === 'C API') device = await deviceOnHost();
    const openGraph = device && graphsOnDevice({ ...device, cuda: undefined });
    ({ golden, tokenizer } = await loadTokenizerGolden(name, openGraph));
    side = golden.pixels / tokenizer.factor;
  });
  afterAll(async () => {
    await tokenizer.close();
    device?.close();
  });

  it('knows its vocabulary and how many pixels a cell has', () => {
    expect(tokenizer.vocabulary).toBe(golden.config.codebook_size);
    expect(`llamagen-f${tokenizer.factor}`).toBe(name);
  });

  it('encodes a picture to the codes of the reference, exactly', async () => {
    const encoder = await loadEncoder(name);
    const pixels = new ort.Tensor('float32', golden.image.flat(2), [1, 3, golden.pixels, golden.pixels]);
    const { z } = await encoder.run({ pixels });
    expect([...quantise(z?.data as Float32Array, tokenizer.codebook)]).toEqual(golden.image_codes);
  });

  it('encodes the bytes of a picture to its codes', async () => {
    const tokens = await tokenizer.encode(toRgb(golden), golden.pixels, golden.pixels);
    const moved = golden.image_codes.filter((code, cell) => tokens[cell] !== code);
    expect(tokens).toHaveLength(side * side);
    expect(moved).toHaveLength(codesThatBytesMove);
  });

  it('decodes codes to the pixels of the reference, except on the border of two levels', async () => {
    const tokens = Int32Array.from(golden.codes[0] ?? []);
    const pixels = await tokenizer.decode(tokens, { width: side, height: side });
    const expected = golden.decoded_u8.flat(2);
    expect(pixels).toHaveLength(expected.length);
    const off = expected.flatMap((level, i) => {
      const [row, column] = [Math.floor(i / 3 / golden.pixels), Math.floor(i / 3) % golden.pixels];
      const exact = (golden.decoded[i % 3]?.[row]?.[column] ?? 0) * 127.5 + 128;
      const toBorder = Math.abs(exact - Math.round(exact));
      return pixels[i] === level ? [] : [{ row, column, by: Math.abs((pixels[i] ?? 0) - level), toBorder }];
    });
    // The golden has five digits, so it counts as on a border within a hundredth of a level.
    expect(off.filter(({ by, toBorder }) => by > 1 || toBorder > 0.01)).toEqual([]);
    expect(off.length).toBeLessThan(expected.length / 1000);
  });

  it('decodes several pictures at once as if alone', async () => {
    const grid = { width: 3, height: 2 };
    const pictures = [0, 1, 2].map((from) => Int32Array.from({ length: 6 }, (_, i) => from * 6 + i));
    const together = await tokenizer.decodeBatch(pictures, grid);
    const alone = await Promise.all(pictures.map((tokens) => tokenizer.decode(tokens, grid)));
    expect(together).toEqual(alone);
  });

  it('refuses tokens that do not fill the grid, and bytes that do not fill cells', async () => {
    await expect(tokenizer.decode(new Int32Array(5), { width: 3, height: 2 })).rejects.toThrow(
      new RangeError('expected 6 tokens for 3x2 cells, got 5'),
    );
    const { factor } = tokenizer;
    for (const [width, height, length] of [
      [factor + 1, factor, (factor + 1) * factor * 3],
      [factor, factor - 1, factor * (factor - 1) * 3],
      [factor, factor, factor * factor * 4],
    ] as const) {
      await expect(tokenizer.encode(bytes(length), width, height)).rejects.toThrow(RangeError);
    }
  });
});

describe('the tokenizer of the built-in model', () => {
  /** A third each of red, white and blue from the left, darker in the lower half. */
  const flag = (width: number, height: number) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const at = Math.floor(i / 3);
      const third = Math.floor(((at % width) * 3) / width);
      const isLit = [i % 3 === 0, true, i % 3 === 2][third] === true;
      return isLit ? (at < (width * height) / 2 ? 240 : 140) : 20;
    });

  it.each([
    ['square', { width: 16, height: 16 }],
    ['wide', { width: 18, height: 4 }],
    ['high', { width: 6, height: 20 }],
  ])('reconstructs a %s picture closely', async (_, grid) => {
    const tokenizer = await loadTokenizer(`${builtInModels}/emoji/tokenizer.safetensors`, graphsOnHost(onOneThread));
    const [width, height] = [grid.width * tokenizer.factor, grid.height * tokenizer.factor];
    const picture = flag(width, height);
    const tokens = await tokenizer.encode(picture, width, height);
    expect(tokens).toHaveLength(grid.width * grid.height);
    const back = await tokenizer.decode(tokens, grid);
    expect(back).toHaveLength(picture.length);
    const off = back.reduce((sum, level, i) => sum + Math.abs(level - (picture[i] ?? 0)), 0) / picture.length;
    // Cells at wrong places would be off by 80 and more.
    expect(off).toBeLessThan(40);
  });
});
