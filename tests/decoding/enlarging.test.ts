import { describe, expect, it } from 'vitest';
import { Decoding, type DecodingRequest } from '../../src/decoding/decoding.js';
import {
  enlargedCell,
  enlargedGrid,
  enlargedRequest,
  smallCell,
  type Enlarging,
} from '../../src/decoding/enlarging.js';
import { cellCount } from '../../src/decoding/grid.js';
import type { Guidance } from '../../src/decoding/guidance.js';
import { nothingKnown, type KnownCells } from '../../src/decoding/known.js';
import { rotationTable } from '../../src/family/randar/rotation.js';
import { enlargingTokensPerStep, tokensPerStep } from '../../src/decoding/schedule.js';
import { loadTransformerGolden, readGolden } from '../support/goldens/load.js';

interface EnlargingGolden {
  readonly cases: readonly {
    readonly cfg_scales: readonly [number, number];
    readonly spatial_cfg_scales: readonly [number, number];
    readonly order: readonly number[][];
    readonly steps: number;
    readonly classes: readonly number[];
    readonly masked_low_res_indices: readonly number[];
    readonly tokens: readonly number[][];
  }[];
  readonly rope_rows: Readonly<Record<string, readonly [number, number][]>>;
}

const golden = readGolden<EnlargingGolden>('resolution-extrapolation');
const small = { width: 8, height: 8 };
const large = enlargedGrid(small);

describe('enlarging', async () => {
  const { session, embeddings, ownLayout, enlargedLayout } = await loadTransformerGolden('randar-square8');

  async function decode(decoding: Decoding): Promise<Decoding> {
    const cache = session.createCache(decoding.sequences, decoding.capacity);
    while (!decoding.isDone) decoding.apply(await session.runAlone(decoding.next(), cache));
    return decoding;
  }

  it.each(golden.cases.map((_, i) => i))('draws the tokens of the reference, case %i', async (i) => {
    const reference = golden.cases[i];
    const order = reference?.order[0];
    if (!reference || !order) throw new Error('no such case');
    const known = cellCount(small);
    const request: DecodingRequest = {
      pictures: reference.classes.map((label) => ({
        label,
        seed: 0,
        order: { kind: 'explicit', positions: order.slice(0, known).map((cell) => smallCell(cell, small) ?? -1) },
        enlargedOrder: { kind: 'explicit', positions: order.slice(known) },
        hidden: reference.masked_low_res_indices.map((at) => order[at] ?? -1),
      })),
      tokensPerStep: tokensPerStep({ kind: 'cosine', steps: reference.steps }, known),
      guidance: { start: reference.cfg_scales[0], end: reference.cfg_scales[1], curve: 'linear', power: 1 },
      sampling: { temperature: 1, topK: 1, topP: 1 },
    };
    const [start, end] = reference.spatial_cfg_scales;
    const enlarging: Enlarging = {
      tokensPerStep: enlargingTokensPerStep(reference.steps, cellCount(large), known),
      spatialGuidance: { start, end, curve: 'linear', power: 1 },
    };
    const first = await decode(new Decoding(ownLayout, request));
    const enlarged = await decode(
      new Decoding(enlargedLayout(), enlargedRequest(request, enlarging, small, first.knownCells)),
    );
    // The reference stops before its last step, so those tokens are 0 there.
    const last = enlarging.tokensPerStep.at(-1) ?? 0;
    const decodedThere = order.slice(0, order.length - last);
    const tokens = inRaster(enlarged.knownCells[0] ?? nothingKnown);
    expect(decodedThere.length).toBeGreaterThan(200);
    expect(decodedThere.map((cell) => tokens[cell])).toEqual(decodedThere.map((cell) => reference.tokens[0]?.[cell]));
    expect(tokens.every((token) => token >= 0)).toBe(true);
  });

  it('rotates the first frequencies by position, the others by interpolated positions', () => {
    const { cos, sin, pairs } = rotationTable(large, pairsOf(golden) * 2, 2);
    for (const [row, expected] of Object.entries(golden.rope_rows)) {
      // Row 0 of the golden is the class token; here rows are cells.
      const cell = Number(row);
      for (const [i, [c, s]] of expected.entries()) {
        expect(cos[cell * pairs + i]).toBeCloseTo(c, 5);
        expect(sin[cell * pairs + i]).toBeCloseTo(s, 5);
      }
    }
  });

  it('puts every cell of the small picture at an even row and column, and back', () => {
    const places = Array.from({ length: cellCount(small) }, (_, cell) => enlargedCell(cell, small));
    expect(new Set(places).size).toBe(64);
    expect(places.map((place) => smallCell(place, small))).toEqual(places.map((_, cell) => cell));
    const between = Array.from({ length: cellCount(large) }, (_, cell) => cell).filter(
      (cell) => !places.includes(cell),
    );
    expect(between.every((cell) => smallCell(cell, small) === undefined)).toBe(true);
  });

  it('hides half of the small picture by the seed by default', () => {
    const request = (seed: number): DecodingRequest => ({
      pictures: [{ label: 0, seed, order: { kind: 'random' } }],
      tokensPerStep: [64],
      guidance: { start: 3, end: 3, curve: 'linear', power: 1 },
      sampling: { temperature: 1, topK: 0, topP: 1 },
    });
    const enlarging: Enlarging = {
      tokensPerStep: [192],
      spatialGuidance: { start: 2, end: 2, curve: 'linear', power: 1 },
    };
    const hidden = (seed: number) =>
      enlargedRequest(request(seed), enlarging, small, [nothingKnown]).pictures[0]?.hidden;
    expect(hidden(1)).toHaveLength(32);
    expect(hidden(1)).toEqual(hidden(1));
    expect(hidden(1)).not.toEqual(hidden(2));
  });

  const guided = { start: 2, end: 3, curve: 'linear', power: 1 } as const;
  const off = { start: 1, end: 1, curve: 'linear', power: 1 } as const;
  const smallTokens = (shift: number): KnownCells => {
    const cells = Int32Array.from({ length: cellCount(small) }, (_, i) => (i * 5) % cellCount(small));
    return { cells, tokens: cells.map((cell) => (cell * 3 + shift) % embeddings.vocabulary) };
  };
  const second = (pictures: DecodingRequest['pictures'], spatialGuidance: Guidance, guidance: Guidance = guided) =>
    new Decoding(
      enlargedLayout(),
      enlargedRequest(
        { pictures, tokensPerStep: [64], guidance, sampling: { temperature: 1, topK: 0, topP: 1 } },
        { tokensPerStep: tokensPerStep({ kind: 'linear', steps: 6 }, 192), spatialGuidance },
        small,
        pictures.map((_, i) => smallTokens(i)),
      ),
    );
  const picture = { label: 4, seed: 9, order: { kind: 'random' } } as const;

  it('feeds one sequence per picture, two with guidance, three with spatial guidance', () => {
    for (const count of [1, 3]) {
      const pictures = Array.from({ length: count }, () => picture);
      expect(second(pictures, off, off).sequences).toBe(count);
      expect(second(pictures, off, guided).sequences).toBe(2 * count);
      expect(second(pictures, guided, guided).sequences).toBe(3 * count);
      // With guidance 1, the conditional sequence is enough; the other two are those that spatial guidance compares.
      expect(second(pictures, guided, off).sequences).toBe(3 * count);
    }
  });

  it('feeds zeros for hidden tokens, in the last sequence only', () => {
    const hidden = [enlargedCell(0, small), enlargedCell(9, small), enlargedCell(63, small)];
    const { tensors, positions, sequences } = second([{ ...picture, hidden }], guided).next();
    const x = tensors.x?.numbers ?? new Float32Array(0);
    const { dimension } = embeddings;
    const isZero = (position: number, sequence: number) => {
      const at = (position * sequences + sequence) * dimension;
      return x.subarray(at, at + dimension).every((v) => v === 0);
    };
    const known = smallTokens(0).cells.map((cell) => enlargedCell(cell, small));
    for (let position = 0; position < positions; position++) {
      // [class, Q0, T0, Q1, T1 ...]: the token of the i-th known cell is at 2 + 2i.
      const cell = position > 0 && position % 2 === 0 ? known[position / 2 - 1] : undefined;
      expect([0, 1, 2].map((sequence) => isZero(position, sequence))).toEqual([
        false,
        false,
        cell !== undefined && hidden.includes(cell),
      ]);
    }
  });

  it.each([
    ['with spatial guidance', guided],
    ['without', off],
  ])('%s decodes the cells in between once each, keeps the small picture, and is repeatable', async (_, spatial) => {
    const decoding = await decode(second([picture], spatial));
    const [result = nothingKnown] = decoding.knownCells;
    expect([...result.cells].sort((a, b) => a - b)).toEqual([...new Int32Array(cellCount(large)).keys()]);
    const { cells, tokens } = smallTokens(0);
    expect([...result.cells.subarray(0, 64)]).toEqual([...cells].map((cell) => enlargedCell(cell, small)));
    expect([...result.tokens.subarray(0, 64)]).toEqual([...tokens]);
    const again = await decode(second([picture], spatial));
    expect(again.knownCells).toEqual(decoding.knownCells);
  });

  it('depends on the hidden tokens only with spatial guidance', async () => {
    const tokens = async (hidden: number[], spatial: Guidance) =>
      (await decode(second([{ ...picture, hidden }], spatial))).knownCells[0]?.tokens;
    const [even, odd] = [0, 1].map((parity) =>
      Array.from({ length: 32 }, (_, i) => enlargedCell(2 * i + parity, small)),
    );
    expect(await tokens(even ?? [], guided)).not.toEqual(await tokens(odd ?? [], guided));
    expect(await tokens(even ?? [], off)).toEqual(await tokens(odd ?? [], off));
  });

  it('gives each of several pictures as alone', async () => {
    const pictures = [3, 4, 5].map((seed) => ({ ...picture, seed, known: nothingKnown }));
    const together = (await decode(second(pictures, guided))).knownCells;
    for (const [i, one] of pictures.entries()) {
      const request = enlargedRequest(
        { pictures: [one], tokensPerStep: [64], guidance: guided, sampling: { temperature: 1, topK: 0, topP: 1 } },
        { tokensPerStep: tokensPerStep({ kind: 'linear', steps: 6 }, 192), spatialGuidance: guided },
        small,
        [smallTokens(i)],
      );
      const alone = (await decode(new Decoding(enlargedLayout(), request))).knownCells[0];
      expect(alone).toEqual(together[i]);
    }
  });
});

function inRaster({ cells, tokens }: KnownCells): Int32Array {
  const raster = new Int32Array(cellCount(large)).fill(-1);
  cells.forEach((cell, at) => (raster[cell] = tokens[at] ?? -1));
  return raster;
}

function pairsOf({ rope_rows: rows }: EnlargingGolden): number {
  return Object.values(rows)[0]?.length ?? 0;
}
