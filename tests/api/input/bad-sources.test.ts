import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { post, useServer } from '../../support/server.js';

/** square4, the default: 4 x 4 cells of 8 pixels, 50 tokens; square8: 8 x 8 cells. square4 has room for 10 KV slots. */
const running = useServer({ memory: 680_000, maxQueued: 256 });

const generate = `mutation ($input: GenerateInput!) { generate(input: $input) { id } }`;
const label = { index: 1 };
const [cells, vocabulary] = [16, 50];

interface Refusal {
  readonly field: unknown;
  readonly message: string;
  readonly fields: readonly string[];
}

async function refusal(input: object): Promise<Refusal> {
  const { url, engine } = running();
  const before = engine.list().length;
  const { errors } = await post(url, generate, { input: { label, ...input } });
  expect(engine.list().length).toBe(before);
  expect(errors).toHaveLength(1);
  const { extensions, message = '' } = errors?.[0] ?? {};
  expect(extensions?.code).toBe('BAD_USER_INPUT');
  const problems = (extensions?.problems ?? []) as { field: string }[];
  return { field: extensions?.field, message, fields: problems.map(({ field }) => field) };
}

async function expectRefused(input: object, field: string, says: string): Promise<void> {
  const refused = await refusal(input);
  expect(refused.message).toContain(says);
  expect(refused.field).toBe(field);
}

/** Starts a generation in a separate request. */
async function begin(input: object): Promise<string> {
  const { data, errors } = await post<{ generate: { id: string } }>(running().url, generate, {
    input: { label, preview: { mode: 'NONE' }, ...input },
  });
  expect(errors).toBeUndefined();
  return data?.generate.id ?? '';
}

async function finish(input: object): Promise<string> {
  const id = await begin(input);
  for await (const event of running().engine.find(id)?.log.follow() ?? []) expect(event.type).not.toBe('failed');
  return id;
}

const png = (level: number, width = 32, height = width) =>
  sharp({ create: { width, height, channels: 3, background: { r: level, g: level, b: level } } })
    .png()
    .toBuffer();
const inline = (file: Buffer) => ({ dataUri: `data:image/png;base64,${file.toString('base64')}` });

const [white, black] = [inline(await png(255)), inline(await png(0))];
/** White in the left half. */
const halfFile = await sharp(await png(255, 16, 32))
  .extend({ right: 16, background: '#000000' })
  .png()
  .toBuffer();
const half = inline(halfFile);
const thin = inline(await png(255, 200, 1));
const noImage = inline(Buffer.from('no image'));

describe('an inpainting', () => {
  const field = 'input.source.inpaint';
  const inpaint = (more: object) => ({ source: { inpaint: { image: white, mask: half, ...more } } });

  it.each([
    ['with a mask that has nothing white', inpaint({ mask: black }), `${field}.mask`, 'it has none'],
    ['with a mask that is all white', inpaint({ mask: white }), `${field}.mask`, 'covers all of it'],
    ['of what is no image', inpaint({ image: noImage }), `${field}.image.dataUri`, 'to be an image'],
    ['with a mask that is no image', inpaint({ mask: noImage }), `${field}.mask.dataUri`, 'to be an image'],
    ['of an address', inpaint({ image: { dataUri: 'http://a.b/c.png' } }), `${field}.image.dataUri`, 'base64 data URI'],
    [
      'of a text',
      inpaint({ mask: { dataUri: 'data:text/plain;base64,AAAA' } }),
      `${field}.mask.dataUri`,
      'of an image',
    ],
    ['of bad base64', inpaint({ image: { dataUri: 'data:image/png;base64,%%' } }), `${field}.image.dataUri`, 'base64'],
    ['of an upload that is none', inpaint({ image: { upload: {} } }), `${field}.image.upload`, 'multipart'],
    ['of both forms', inpaint({ image: { upload: {}, ...white } }), `${field}.image`, 'Exactly one key'],
    ['of neither form', inpaint({ mask: {} }), `${field}.mask`, 'Exactly one key'],
    ['with too soft an edge', inpaint({ blend: 65 }), `${field}.blend`, 'from 0 to 64, got 65'],
    ['with an edge of less than nothing', inpaint({ blend: -1 }), `${field}.blend`, 'from 0 to 64, got -1'],
    ['with a fit that is none', inpaint({ fit: 'TILE' }), `${field}.fit`, '"TILE"'],
    ['without a mask', { source: { inpaint: { image: white } } }, field, '"mask" of required type'],
  ])('%s is refused', async (_, input, at, says) => {
    await expectRefused(input, at, says);
  });

  it('with an image of too many bytes is refused', async () => {
    const dataUri = `data:image/png;base64,${'A'.repeat(((20 * 2 ** 20 + 300) * 4) / 3)}`;
    await expectRefused(inpaint({ image: { dataUri } }), `${field}.image.dataUri`, 'at most 20971520 bytes');
    const form = new FormData();
    const input = { label, source: { inpaint: { image: { upload: null }, mask: half } } };
    form.set('operations', JSON.stringify({ query: generate, variables: { input } }));
    form.set('map', JSON.stringify({ a: ['variables.input.source.inpaint.image.upload'] }));
    form.set('a', new Blob([new Uint8Array(20 * 2 ** 20 + 1)], { type: 'image/png' }), 'a.png');
    const response = await fetch(running().url, { method: 'POST', body: form });
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: `${field}.image.upload` });
  });

  it('with an image of too many pixels is refused', async () => {
    const bomb = await sharp({
      create: { width: 10_000, height: 6_401, channels: 3, background: '#000' },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    await expectRefused(inpaint({ image: inline(bomb) }), `${field}.image.dataUri`, 'pixel limit');
    await expectRefused(inpaint({ mask: inline(bomb) }), `${field}.mask.dataUri`, 'pixel limit');
  });

  it('with more steps than the mask has cells is refused', async () => {
    await expectRefused({ ...inpaint({}), steps: 9 }, 'input.steps', 'from 1 to 8, got 9');
    const schedule = { tokensPerStep: [16] };
    await expectRefused({ ...inpaint({}), schedule }, 'input.schedule.tokensPerStep', '8 tokens in all, got 16');
  });
});

describe('an outpainting', () => {
  const field = 'input.source.outpaint';
  const outpaint = (place: object) => ({
    source: { outpaint: { image: white, x: 0, y: 0, width: 2, height: 2, ...place } },
  });

  it.each([
    ['that is the whole picture', outpaint({ width: 4, height: 4 }), `${field}.width`, 'the whole picture'],
    ['that sticks out on the right', outpaint({ x: 3 }), `${field}.x`, 'from 0 to 2, got 3'],
    ['that sticks out below', outpaint({ y: 3 }), `${field}.y`, 'from 0 to 2, got 3'],
    ['that begins left of the picture', outpaint({ x: -1 }), `${field}.x`, 'from 0 to 2, got -1'],
    ['wider than the picture', outpaint({ width: 5 }), `${field}.width`, 'from 1 to 4, got 5'],
    ['of no height', outpaint({ height: 0 }), `${field}.height`, 'from 1 to 4, got 0'],
    ['of what is no image', outpaint({ image: noImage }), `${field}.image.dataUri`, 'to be an image'],
    ['whose image fills no cell', outpaint({ image: thin, fit: 'CONTAIN' }), `${field}.image`, 'at least one cell'],
  ])('%s is refused', async (_, input, at, says) => {
    await expectRefused(input, at, says);
  });

  it('is accepted if and only if it lies inside and leaves a cell', async () => {
    const side = fc.integer({ min: -1, max: 5 });
    const places = fc.record({ x: side, y: side, width: side, height: side });
    await fc.assert(
      fc.asyncProperty(places, async (place) => {
        const { x, y, width, height } = place;
        const isInside = Math.min(x, y) >= 0 && Math.min(width, height) >= 1 && x + width <= 4 && y + height <= 4;
        if (isInside && width * height < cells) await finish(outpaint(place));
        else expect((await refusal(outpaint(place))).fields.every((each) => each.startsWith(`${field}.`))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('known tokens', () => {
  const field = 'input.source.tokens';
  const known = (positions: number[], tokens: number[]) => ({ source: { tokens: { positions, tokens } } });
  const all = Array.from({ length: cells }, (_, cell) => cell);

  it.each([
    ['at a cell beyond the last', known([16], [0]), `${field}.positions`, 'from 0 to 15, got 16'],
    ['at a cell before the first', known([-1], [0]), `${field}.positions`, 'from 0 to 15, got -1'],
    ['at a cell twice', known([3, 4, 3], [0, 1, 2]), `${field}.positions`, 'a cell listed once, got 3'],
    ['at all cells', known(all, all), `${field}.positions`, 'at most 15 cells'],
    ['fewer than their cells', known([1, 2], [0]), `${field}.tokens`, 'as many entries as positions, 2, got 1'],
    ['more than their cells', known([1], [0, 1]), `${field}.tokens`, 'as many entries as positions, 1, got 2'],
    ['beyond the vocabulary', known([1], [vocabulary]), `${field}.tokens`, 'from 0 to 49, got 50'],
    ['below 0', known([1], [-1]), `${field}.tokens`, 'from 0 to 49, got -1'],
  ])('%s are refused', async (_, input, at, says) => {
    await expectRefused(input, at, says);
  });

  it('are rejected if and only if something is wrong with them', async () => {
    const cell = fc.oneof(
      { weight: 30, arbitrary: fc.nat(cells - 1) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 16, 2 ** 31 - 1) },
    );
    const token = fc.oneof(
      { weight: 30, arbitrary: fc.nat(49) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 50, -(2 ** 31)) },
    );
    const cases = fc.oneof(
      fc.record({ positions: fc.array(cell, { maxLength: 6 }), tokens: fc.array(token, { maxLength: 6 }) }),
      fc.uniqueArray(fc.nat(cells - 1), { maxLength: cells }).chain((positions) =>
        fc.record({
          positions: fc.constant(positions),
          tokens: fc.array(token, { minLength: positions.length, maxLength: positions.length }),
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ positions, tokens }) => {
        const isGood =
          positions.every((each) => each >= 0 && each < cells) &&
          new Set(positions).size === positions.length &&
          positions.length < cells &&
          tokens.length === positions.length &&
          tokens.every((each) => each >= 0 && each < vocabulary);
        if (isGood) await finish(known(positions, tokens));
        else expect((await refusal(known(positions, tokens))).fields[0]).toMatch(/^input\.source\.tokens\./);
      }),
      { numRuns: 80 },
    );
  });

  it('leave exactly the open cells to an explicit order', async () => {
    const source = { tokens: { positions: [0, 1], tokens: [5, 6] } };
    const open = all.slice(2);
    await finish({ source, order: { positions: open } });
    await finish({ source, order: { positions: all } });
    const at = 'input.order.positions';
    await expectRefused({ source, order: { positions: open.slice(1) } }, at, 'has 13 of 14 cells that are not known');
    await expectRefused({ source, order: { positions: [...open, 2] } }, at, 'a cell listed once, got 2');
  });
});

describe('a redraw', () => {
  const field = 'input.source.redraw';
  const redraw = (generation: string, more: object = {}) => ({
    source: { redraw: { generation, cells: [1], ...more } },
  });
  const all = Array.from({ length: cells }, (_, cell) => cell);

  it('of an unknown generation is rejected', async () => {
    await expectRefused(redraw('nobody'), `${field}.generation`, 'got "nobody"');
  });

  it.each([
    ['of a picture that it has not', { image: 2 }, `${field}.image`, 'from 0 to 1, got 2'],
    ['of a picture below 0', { image: -1 }, `${field}.image`, 'from 0 to 1, got -1'],
    ['of a cell beyond the last', { cells: [16] }, `${field}.cells`, 'from 0 to 15, got 16'],
    ['of a cell before the first', { cells: [-1] }, `${field}.cells`, 'from 0 to 15, got -1'],
    ['of a cell twice', { cells: [2, 2] }, `${field}.cells`, 'a cell listed once, got 2'],
    ['of no cell', { cells: [] }, `${field}.cells`, '1 to 15 cells'],
    ['of all cells', { cells: all }, `${field}.cells`, '1 to 15 cells'],
  ])('%s is refused', async (_, more, at, says) => {
    await expectRefused(redraw(await finish({ count: 2 }), more), at, says);
  });

  it('of an unfinished or cancelled generation is rejected', async () => {
    // Behind so many others that need most of the memory, it is still waiting when the redraw is requested.
    const { engine } = running();
    const request = engine.find(await finish({ ...unguided, count: 2 }))?.request;
    if (!request) throw new Error('it is gone already');
    const before = Array.from({ length: 200 }, () => engine.generate(request, 'one client'));
    const last = engine.generate(request, 'one client');
    await expectRefused(redraw(last.id), `${field}.generation`, 'to be completed; it is queued');
    for (const generation of [last, ...before.reverse()]) engine.cancel(generation);
    await expectRefused(redraw(last.id), `${field}.generation`, 'it is cancelled');
  });

  it('of a picture of another model or size is refused', async () => {
    const small = await finish({});
    await expectRefused({ ...redraw(small), model: 'square8' }, `${field}.generation`, 'of model "square8"');
    const large = await finish({ ...unguided });
    await expectRefused(redraw(large), `${field}.generation`, '4 x 4 cells; it has 8 x 8');
  });
});

/** Without spatial guidance, so that a large picture fits into this server's cache. */
const unguided = { size: { factor: 2, spatialGuidance: { start: 1, end: 1 } }, guidance: { start: 1, end: 1 } };

describe('a size', () => {
  const even = [0, 2, 4, 6, 16, 18, 20, 22, 32, 34, 36, 38, 48, 50, 52, 54];
  const others = Array.from({ length: 64 }, (_, cell) => cell).filter((cell) => !even.includes(cell));

  it.each([0, 3, -1, 4])('of %i is refused', async (factor) => {
    await expectRefused({ size: { factor } }, 'input.size.factor', `from 1 to 2, got ${factor}`);
  });

  it.each([
    [{ start: -1, end: 1 }, 'input.size.spatialGuidance.start', 'from 0 to 100, got -1'],
    [{ start: 1, end: 101 }, 'input.size.spatialGuidance.end', 'from 0 to 100, got 101'],
    [{ start: 1, end: 2, power: 11 }, 'input.size.spatialGuidance.power', 'from 0 to 10, got 11'],
  ])('with the spatial guidance %j is refused', async (spatialGuidance, at, says) => {
    await expectRefused({ size: { factor: 2, spatialGuidance } }, at, says);
  });

  it('with a source is rejected unless the factor is 1', async () => {
    const source = { tokens: { positions: [1], tokens: [1] } };
    await expectRefused({ ...unguided, source }, 'input.source', 'cannot be combined');
    await finish({ size: { factor: 1 }, source });
  });

  it.each([
    ['does not begin with the even cells', [...others, ...even], '1 is among the first 16'],
    ['has one other among them', [...even.slice(0, 15), 1, 54, ...others.slice(1)], '1 is among the first 16'],
    ['is of the small picture', even, 'has 16 of 64 cells'],
    ['has a cell beyond the last', [...even, ...others.slice(1), 64], 'from 0 to 63, got 64'],
  ])('whose explicit order %s is refused', async (_, positions, says) => {
    await expectRefused({ ...unguided, order: { positions } }, 'input.order.positions', says);
  });

  it.each([
    ['crosses the end of the small picture', [10, 10, 44], 'end at 16 tokens'],
    ['decodes too few tokens', [16, 47], '64 tokens in all, got 63'],
    ['decodes too many', [16, 48, 1], '64 tokens in all, got 65'],
    ['has a step of nothing', [16, 0, 48], 'from 1, got 0'],
    ['has nothing', [], '64 tokens in all, got 0'],
  ])('whose explicit schedule %s is refused', async (_, tokensPerStep, says) => {
    await expectRefused({ ...unguided, schedule: { tokensPerStep } }, 'input.schedule.tokensPerStep', says);
  });

  it('accepts an explicit schedule if and only if a step ends with the small picture', async () => {
    const schedules = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
      )
      .map(([first, rest, fits]) => {
        const upTo = (counts: number[], total: number) => {
          const taken: number[] = [];
          let left = total;
          for (const count of counts) {
            if (left > 0) taken.push(Math.min(count, left));
            left -= count;
          }
          return left > 0 ? [...taken, left] : taken;
        };
        return fits ? [...upTo(first, 16), ...upTo(rest, 48)] : upTo([...first, ...rest], 64);
      });
    await fc.assert(
      fc.asyncProperty(schedules, async (tokensPerStep) => {
        let sum = 0;
        const ends = tokensPerStep.map((count) => (sum += count));
        const input = { ...unguided, schedule: { tokensPerStep } };
        if (ends.includes(16)) await finish(input);
        else expect((await refusal(input)).fields).toEqual(['input.schedule.tokensPerStep']);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [{ kind: 'ONE_BY_ONE' }, 8, 'omitted or 64'],
    [{ tokensPerStep: [16, 48] }, 3, 'omitted or 2'],
    [{ kind: 'LINEAR' }, 65, 'from 1 to 64, got 65'],
    [{ kind: 'COSINE' }, 0, 'from 1 to 64, got 0'],
  ])('with the schedule %j in %i steps is refused', async (schedule, steps, says) => {
    await expectRefused({ ...unguided, schedule, steps }, 'input.steps', says);
  });
});

describe('a request that does not fit in memory', () => {
  it('is rejected before it is queued, with the memory it needs', async () => {
    await expectRefused({ size: { factor: 2 } }, 'input.size', 'to fit in memory');
    await expectRefused({ count: 16 }, 'input.count', 'to fit in memory');
    const source = { tokens: { positions: [1], tokens: [1] } };
    await expectRefused({ count: 16, source }, 'input.count', 'to fit in memory');
    const { message } = await refusal({ size: { factor: 2 } });
    expect(message).toContain('would take 0.406 MB, and this server has 0.338 MB');
  });
});

describe('all problems of a source are reported at once, with all others', () => {
  const others = { topP: 2, count: 17, size: { factor: 3 } };
  const elsewhere = ['input.count', 'input.topP', 'input.size.factor'];

  it.each([
    [
      'known tokens',
      { tokens: { positions: [16, 3], tokens: [99] } },
      ['input.source.tokens.positions', 'input.source.tokens.tokens', 'input.source.tokens.tokens'],
    ],
    [
      'an image and a mask that are none',
      { inpaint: { image: noImage, mask: noImage, blend: 65 } },
      ['input.source.inpaint.blend', 'input.source.inpaint.image.dataUri', 'input.source.inpaint.mask.dataUri'],
    ],
    ['a mask without anything white', { inpaint: { image: white, mask: black } }, ['input.source.inpaint.mask']],
    [
      'an image that is none, at no place',
      { outpaint: { image: noImage, x: 4, y: 0, width: 2, height: 9 } },
      ['input.source.outpaint.height', 'input.source.outpaint.x', 'input.source.outpaint.image.dataUri'],
    ],
    ['a generation that nobody knows', { redraw: { generation: 'x', cells: [1] } }, ['input.source.redraw.generation']],
  ])('%s', async (_, source, fields) => {
    const refused = await refusal({ ...others, source });
    expect([...refused.fields].sort()).toEqual([...fields, ...elsewhere].sort());
  });

  it('except those that depend on the unknown number of open cells', async () => {
    const source = { inpaint: { image: noImage, mask: half } };
    const { fields } = await refusal({ source, schedule: { tokensPerStep: [8] }, order: { positions: [1, 2] } });
    expect(fields).toEqual(['input.source.inpaint.image.dataUri']);
  });
});
