import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { followSubscription, overWebSocket, post, readEvents, useServer } from '../support/server.js';
import { draw, inline, maskFile, photo, rgbOf, type Seen } from '../support/sources.js';

/** The promises about sources and sizes, with the built-in model: 16 x 16 cells of 8 pixels. */
const running = useServer({ models: builtInModels, keep: 12 });
const label = { name: 'rocket' };
const [side, cells, pixels] = [16, 256, 128];
const allCells = Array.from({ length: cells }, (_, cell) => cell);

const go = (input: object) => draw(running().url, { label, seed: 21, steps: 12, ...input });
const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const openCells = (known: readonly (number | null)[] = []) => [...known.keys()].filter((cell) => known[cell] === null);

/** Promised of every generation with a source. */
function expectKept({ known, steps, pictures }: Seen, open: readonly number[]): void {
  for (const [index, picture] of pictures.entries()) {
    const given = known[index] ?? [];
    expect(openCells(given)).toEqual(ascending(open));
    const fresh = steps.flatMap(({ images }) => images[index]?.positions ?? []);
    expect(ascending(fresh)).toEqual(ascending(open));
    const drawn = new Map(
      steps.flatMap(({ images }) =>
        (images[index]?.positions ?? []).map((cell, i) => [cell, images[index]?.tokens[i]] as const),
      ),
    );
    expect(picture.tokens).toEqual(given.map((token, cell) => token ?? drawn.get(cell)));
    let decoded = given.length - open.length;
    for (const { images } of steps) {
      decoded += images[index]?.positions.length ?? 0;
      expect(images[index]?.decoded).toBe(decoded);
    }
    expect(decoded).toBe(given.length);
  }
}

const inTheMiddle = (x: number, y: number) => x >= 48 && x < 80 && y >= 40 && y < 90;
const middleCells = allCells.filter((cell) => {
  const [column, row] = [cell % side, Math.floor(cell / side)];
  return column >= 6 && column < 10 && row >= 5 && row <= 11;
});
const middle = () => maskFile(pixels, pixels, inTheMiddle);

describe('inpainting', () => {
  it('draws the cells that the mask touches, each once, and keeps the tokens of the others', async () => {
    const image = await photo(pixels);
    const seen = await go({ source: { inpaint: { image: inline(image), mask: inline(await middle()) } } });
    expect(seen.pictures).toHaveLength(1);
    expectKept(seen, middleCells);
    const query = `query ($input: TokenizeInput!) { tokenize(input: $input) { values } }`;
    const { data } = await post<{ tokenize: { values: number[] } }>(running().url, query, {
      input: { image: inline(image) },
    });
    expect(seen.known[0]).toEqual(data?.tokenize.values.map((t, cell) => (middleCells.includes(cell) ? null : t)));
  });

  it('also draws what CONTAIN leaves empty', async () => {
    const source = {
      inpaint: {
        image: inline(await photo(200, 100)),
        mask: inline(await maskFile(2, 2, () => false)),
        fit: 'CONTAIN',
      },
    };
    expectKept(
      await go({ source }),
      allCells.filter((cell) => cell < 4 * side || cell >= 12 * side),
    );
  });

  it('keeps pixels outside the mask exactly when blending, at any softness', async () => {
    const image = await photo(pixels);
    for (const blend of [0, 6]) {
      const source = { inpaint: { image: inline(image), mask: inline(await middle()), blend } };
      const { pictures, id } = await go({ source });
      const file = await fetch(pictures[0]?.url ?? '');
      expect(file.headers.get('content-type')).toBe('image/png');
      const [result, original] = [await rgbOf(new Uint8Array(await file.arrayBuffer())), await rgbOf(image)];
      let changed = 0;
      for (let at = 0; at < pixels * pixels; at++) {
        const isSame = [0, 1, 2].every((channel) => result[at * 3 + channel] === original[at * 3 + channel]);
        if (!inTheMiddle(at % pixels, Math.floor(at / pixels))) expect(isSame).toBe(true);
        else if (!isSame) changed++;
      }
      expect(changed).toBeGreaterThan(800);
      const query = `query ($id: ID!) { generation(id: $id) { images { image { dataUri(format: PNG) } } } }`;
      const { data } = await post<{ generation: { images: { image: { dataUri: string } }[] } }>(running().url, query, {
        id,
      });
      const same = Buffer.from(data?.generation.images[0]?.image.dataUri.split(',')[1] ?? '', 'base64');
      expect(await rgbOf(same)).toEqual(result);
    }
  });

  it('fits the blended original like the image, and shows what it drew around it', async () => {
    const image = await photo(pixels * 2, pixels);
    const nothing = await maskFile(2, 2, () => false);
    const source = { inpaint: { image: inline(image), mask: inline(nothing), fit: 'CONTAIN', blend: 0 } };
    const { pictures } = await go({ source });
    const result = await rgbOf(new Uint8Array(await (await fetch(pictures[0]?.url ?? '')).arrayBuffer()));
    const row = (y: number) => [...result.subarray(y * pixels * 3, (y + 1) * pixels * 3)];
    const plain = { source: { inpaint: { ...source.inpaint, blend: null } } };
    const drawn = await rgbOf(
      new Uint8Array(await (await fetch((await go(plain)).pictures[0]?.url ?? '')).arrayBuffer()),
    );
    const drawnRow = (y: number) => [...drawn.subarray(y * pixels * 3, (y + 1) * pixels * 3)];
    expect(row(3)).toEqual(drawnRow(3));
    expect(row(127)).toEqual(drawnRow(127));
    expect(row(64)).not.toEqual(drawnRow(64));
  });

  it('serves a blended picture while its generation is kept, and nothing else under such a URL', async () => {
    const { engine, url } = running();
    const source = { inpaint: { image: inline(await photo(pixels)), mask: inline(await middle()), blend: 0 } };
    const { pictures } = await go({ source, steps: 1 });
    const address = pictures[0]?.url ?? '';
    const unblended = await go({ steps: 1 });
    expect((await fetch(address)).status).toBe(200);
    const otherwise = (id: string) => address.replace(/blended\/[^/]+/, `blended/${id}`);
    expect((await fetch(otherwise(unblended.id))).status).toBe(404);
    expect((await fetch(address.replace('/0.png', '/1.png'))).status).toBe(404);
    expect((await fetch(address.replace('/emoji/', '/other/'))).status).toBe(404);

    const queued = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
    // Nearly all cells of many pictures are to be drawn, so it is still running when its picture is requested.
    const most = inline(await maskFile(pixels, pixels, (x, y) => x >= 8 || y >= 8));
    const large = { inpaint: { ...source.inpaint, mask: most } };
    const input = { label, count: 16, source: large, schedule: { kind: 'ONE_BY_ONE' }, preview: { mode: 'NONE' } };
    const { data, errors } = await post<{ generate: { id: string } }>(url, queued, { input });
    expect(errors).toBeUndefined();
    const unfinished = data?.generate.id ?? '';
    expect((await fetch(otherwise(unfinished))).status).toBe(404);
    const cancel = `mutation ($id: ID!) { cancelGeneration(id: $id) { status } }`;
    const cancelled = await post(url, cancel, { id: unfinished });
    expect(cancelled.data).toEqual({ cancelGeneration: { status: 'CANCELLED' } });
    expect((await fetch(otherwise(unfinished))).status).toBe(404);

    for (let i = 0; i < engine.options.keep + 1; i++) await go({ steps: 1 });
    expect((await fetch(address)).status).toBe(404);
  });

  it('takes image and mask as files of a multipart request', async () => {
    const input = {
      label,
      seed: 5,
      steps: 6,
      preview: { mode: 'NONE' },
      source: { inpaint: { image: { upload: null }, mask: { upload: null } } },
    };
    const form = new FormData();
    const query = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
    form.set('operations', JSON.stringify({ query, variables: { input } }));
    const at = 'variables.input.source.inpaint';
    form.set('map', JSON.stringify({ a: [`${at}.image.upload`], b: [`${at}.mask.upload`] }));
    const [image, mask] = [await photo(pixels), await middle()];
    form.set('a', new Blob([new Uint8Array(image)], { type: 'image/png' }), 'a.png');
    form.set('b', new Blob([new Uint8Array(mask)], { type: 'image/png' }), 'b.png');
    const response = await fetch(running().url, { method: 'POST', body: form });
    const { data } = (await response.json()) as { data: { generate: { id: string } } };
    const events = await readEvents(overWebSocket(running().url, followSubscription, { id: data.generate.id }));
    const completed = events.at(-1) as unknown as { images: { grid: { values: number[] } }[] };
    const same = await go({ ...input, source: { inpaint: { image: inline(image), mask: inline(mask) } } });
    expect(completed.images[0]?.grid.values).toEqual(same.pictures[0]?.tokens);
  });
});

describe('outpainting', () => {
  it('places the image at its cells and draws the others', async () => {
    const place = { x: 3, y: 5, width: 7, height: 4 };
    const seen = await go({ source: { outpaint: { image: inline(await photo(70, 40)), ...place } } });
    const isPlaced = (cell: number) => {
      const [column, row] = [cell % side, Math.floor(cell / side)];
      return column >= 3 && column < 10 && row >= 5 && row < 9;
    };
    expectKept(
      seen,
      allCells.filter((cell) => !isPlaced(cell)),
    );
    expect(new Set(seen.known[0]).size).toBeGreaterThan(5);
  });

  it.each([
    ['a corner cell', { x: 15, y: 15, width: 1, height: 1 }, 255],
    ['all but a column', { x: 0, y: 0, width: 15, height: 16 }, 16],
  ])('takes %s', async (_, place, open) => {
    const seen = await go({ source: { outpaint: { image: inline(await photo(30)), ...place } } });
    expect(openCells(seen.known[0])).toHaveLength(open);
    expectKept(seen, openCells(seen.known[0]));
  });

  it('also draws what CONTAIN leaves empty', async () => {
    const place = { x: 4, y: 4, width: 8, height: 8, fit: 'CONTAIN' };
    const seen = await go({ source: { outpaint: { image: inline(await photo(80, 40)), ...place } } });
    const isFilled = (cell: number) => {
      const [column, row] = [cell % side, Math.floor(cell / side)];
      return column >= 4 && column < 12 && row >= 6 && row < 10;
    };
    expectKept(
      seen,
      allCells.filter((cell) => !isFilled(cell)),
    );
  });
});

describe('known tokens', () => {
  const given = (count: number) => {
    const positions = allCells.filter((cell) => (cell * 7) % 5 < 4).slice(0, count);
    return { positions, tokens: positions.map((cell) => (cell * 13) % 2048) };
  };
  const openBeside = (positions: readonly number[]) => allCells.filter((cell) => !positions.includes(cell));

  it('stay, and the others are drawn around them', async () => {
    const tokens = given(100);
    const seen = await go({ source: { tokens } });
    expectKept(seen, openBeside(tokens.positions));
    expect(tokens.positions.map((cell) => seen.known[0]?.[cell])).toEqual(tokens.tokens);
  });

  it('of a picture and its seed give a picture with the planned steps', async () => {
    const plan = async (known: number, steps: number | null, schedule: object | null) => {
      const query = `query ($input: DecodingPlanInput!) { decodingPlan(input: $input) { tokensPerStep } }`;
      const { data } = await post<{ decodingPlan: { tokensPerStep: number[] } }>(running().url, query, {
        input: { known, steps, schedule },
      });
      return data?.decodingPlan.tokensPerStep;
    };
    const tokens = given(192);
    for (const [steps, schedule] of [
      [null, null],
      [7, null],
      [9, { kind: 'LINEAR' }],
      [null, { kind: 'ONE_BY_ONE' }],
      [null, { tokensPerStep: [10, 50, 4] }],
    ] as const) {
      const seen = await go({ source: { tokens }, steps, schedule });
      const counts = seen.steps.map(({ images }) => images[0]?.positions.length);
      expect(counts).toEqual(await plan(192, steps, schedule));
      expect(seen.steps.every(({ totalSteps }) => totalSteps === counts.length)).toBe(true);
      // The default is 88 steps for 256 cells: 22 for the 64 open ones.
      if (!steps && !schedule) expect(counts).toHaveLength(22);
    }
  });

  it('do not depend on the order of listing them, and none gives a plain picture', async () => {
    const { positions, tokens } = given(40);
    const [first, again] = [
      await go({ source: { tokens: { positions, tokens } } }),
      await go({ source: { tokens: { positions: [...positions].reverse(), tokens: [...tokens].reverse() } } }),
    ];
    expect(again.pictures[0]?.tokens).toEqual(first.pictures[0]?.tokens);
    const none = await go({ source: { tokens: { positions: [], tokens: [] } } });
    expect(none.pictures[0]?.tokens).toEqual((await go({})).pictures[0]?.tokens);
  });

  it('may be in an explicit order or not, and are never decoded', async () => {
    const tokens = given(200);
    const open = openBeside(tokens.positions).reverse();
    const runs = [open, [...open.slice(0, 3), ...tokens.positions, ...open.slice(3)]];
    for (const positions of runs) {
      const seen = await go({ source: { tokens }, order: { positions } });
      expect(seen.steps.flatMap(({ images }) => images[0]?.positions ?? [])).toEqual(open);
      expectKept(seen, open);
    }
  });
});

describe('redrawing', () => {
  it('redraws the given cells of a picture and keeps the others, repeatedly', async () => {
    const first = await go({ count: 2 });
    const cellsA = [0, 1, 2, 100, 101, 255];
    const second = await go({
      seed: 99,
      steps: 3,
      source: { redraw: { generation: first.id, image: 1, cells: cellsA } },
    });
    expectKept(second, cellsA);
    for (const cell of allCells.filter((each) => !cellsA.includes(each))) {
      expect(second.pictures[0]?.tokens[cell]).toBe(first.pictures[1]?.tokens[cell]);
    }
    const cellsB = allCells.slice(40, 120);
    const third = await go({ label: { index: 3 }, source: { redraw: { generation: second.id, cells: cellsB } } });
    expectKept(third, cellsB);
    const before = second.pictures[0]?.tokens ?? [];
    expect(
      openCells(third.pictures[0]?.tokens.map((t, cell) => (t === before[cell] ? t : null))).length,
    ).toBeGreaterThan(20);
    // The original is unchanged.
    const query = `query ($id: ID!) { generation(id: $id) { images { tokens { values } } } }`;
    const { data } = await post<{ generation: { images: { tokens: { values: number[] } }[] } }>(running().url, query, {
      id: first.id,
    });
    expect(data?.generation.images.map(({ tokens }) => tokens.values)).toEqual(first.pictures.map((p) => p.tokens));
  });
});

describe('a seed', () => {
  it('reproduces a picture from the same source, and another seed does not', async () => {
    const source = { inpaint: { image: inline(await photo(pixels)), mask: inline(await middle()) } };
    const [first, again, other] = [await go({ source }), await go({ source }), await go({ source, seed: 22 })];
    expect(again.pictures[0]?.tokens).toEqual(first.pictures[0]?.tokens);
    expect(other.pictures[0]?.tokens).not.toEqual(first.pictures[0]?.tokens);
  });
});

describe('the input that a generation reports', () => {
  const told = async (id: string) => {
    const query = `query ($id: ID!) { generation(id: $id) { input } }`;
    const { data } = await post<{ generation: { input: object } }>(running().url, query, { id });
    return data?.generation.input ?? {};
  };
  const inpaint = async () => ({
    inpaint: { image: inline(await photo(pixels)), mask: inline(await middle()), blend: 2 },
  });

  it.each([
    ['nothing', () => Promise.resolve({ count: 2, order: { kind: 'SPIRAL' }, temperature: 0.8, topK: 40 })],
    ['a picture', async () => ({ source: await inpaint() })],
    ['a picture, in a chosen order', async () => ({ source: await inpaint(), order: { positions: allCells } })],
    [
      'another generation',
      async () => ({
        steps: undefined,
        source: { redraw: { generation: (await go({ steps: 4 })).id, cells: [3, 4, 9] } },
      }),
    ],
    ['nothing, enlarged', () => Promise.resolve({ steps: 40, size: { factor: 2 } })],
  ])('reproduces the tokens, from %s', async (_, input) => {
    const first = await go(await input());
    const again = await draw(running().url, await told(first.id));
    expect(again.pictures.map(({ tokens }) => tokens)).toEqual(first.pictures.map(({ tokens }) => tokens));
    expect(again.steps.map(({ images }) => images)).toEqual(first.steps.map(({ images }) => images));
    expect(await told(again.id)).toEqual(await told(first.id));
    expect(JSON.stringify(await told(first.id))).not.toMatch(/data:|redraw/);
  });
});
