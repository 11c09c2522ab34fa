import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readGolden } from '../support/goldens/load.js';
import { generateSubscription, overWebSocket, post, readEvents, useServer, type Result } from '../support/server.js';

const running = useServer();

interface TokenizerGolden {
  readonly pixels: number;
  readonly codes: readonly number[][];
  readonly decoded_u8: readonly (readonly (readonly number[])[])[];
}

interface Image {
  readonly width: number;
  readonly height: number;
  readonly url: string;
  readonly dataUri: string;
}

describe('models', () => {
  it('are listed with their sizes, the default first', async () => {
    const { data } = await post(
      running().url,
      `{ models { id family gridWidth gridHeight imageWidth imageHeight vocabularySize precision device parameters license
          defaults { steps guidanceStart guidanceEnd temperature topK topP } labels { totalCount } }
         model { id } server { device queued running maxConcurrent } }`,
    );
    expect(data).toEqual({
      models: [
        {
          id: 'square4',
          family: 'randar',
          gridWidth: 4,
          gridHeight: 4,
          imageWidth: 16,
          imageHeight: 16,
          vocabularySize: 50,
          precision: 'fp32',
          device: 'cpu',
          parameters: 113_984,
          license: null,
          defaults: { steps: 8, guidanceStart: 1, guidanceEnd: 4, temperature: 1, topK: 0, topP: 1 },
          labels: { totalCount: 10 },
        },
        expect.objectContaining({ id: 'square8', gridWidth: 8, imageWidth: 64, vocabularySize: 70 }),
      ],
      model: { id: 'square4' },
      server: { device: 'cpu', queued: 0, running: 0, maxConcurrent: 32 },
    });
  });

  it('page through their labels and search them', async () => {
    const { url } = running();
    const query = `query ($first: Int, $after: String, $search: String) { model { labels(first: $first, after: $after, search: $search) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { index name } } } } }`;
    interface Page {
      model: {
        labels: {
          totalCount: number;
          pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
          edges: { node: { index: number; name: string } }[];
        };
      };
    }
    const seen: number[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: Result<Page> = await post<Page>(url, query, { first: 3, after });
      const labels = page.data?.model.labels;
      expect(labels?.totalCount).toBe(10);
      expect(labels?.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...(labels?.edges ?? []).map(({ node }) => node.index));
      after = labels?.pageInfo.endCursor ?? null;
      more = labels?.pageInfo.hasNextPage ?? false;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const found = await post<Page>(url, query, { search: 'Class 7' });
    expect(found.data?.model.labels.edges.map(({ node }) => node.name)).toEqual(['class-7']);
    const wrong = await post(url, query, { after: 'nonsense' });
    expect(wrong.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
    const tooMany = await post(url, query, { first: 1001 });
    expect(tooMany.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
  });
});

describe('the decoding plan', () => {
  const query = `query ($input: DecodingPlanInput!) { decodingPlan(input: $input) { tokensPerStep } }`;
  const plan = async (input: object) => {
    const { data } = await post<{ decodingPlan: { tokensPerStep: number[] } }>(running().url, query, { input });
    return data?.decodingPlan.tokensPerStep;
  };

  it('matches the generation', async () => {
    const input = { steps: 6, schedule: { kind: 'LINEAR' } };
    const events = await readEvents(
      overWebSocket(running().url, generateSubscription, { input: { ...input, label: { index: 0 } } }),
    );
    const steps = events.filter(({ __typename }) => __typename === 'StepDecoded') as unknown as {
      images: { positions: number[] }[];
    }[];
    expect(steps.map(({ images }) => images[0]?.positions.length)).toEqual(await plan(input));
  });

  it('starts with one token on the cosine schedule, which takes at least two steps, as in the reference', async () => {
    expect(await plan({ steps: 1 })).toEqual([1, 15]);
    expect(await plan({ steps: 1, schedule: { kind: 'LINEAR' } })).toEqual([16]);
    expect(await plan({ steps: 1, known: 15 })).toEqual([1]);
  });

  it('covers the unknown cells, with proportionally many steps by default', async () => {
    expect(await plan({ known: 8 })).toEqual(await plan({ known: 8, steps: 4 }));
    expect((await plan({ known: 12 }))?.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(await plan({ schedule: { kind: 'ONE_BY_ONE' }, known: 14 })).toEqual([1, 1]);
    const { errors } = await post(running().url, query, { input: { known: 16 } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.known' });
  });
});

describe('the tokenizer', () => {
  const golden = readGolden<TokenizerGolden>('llamagen-f4');
  const pixels = Uint8Array.from(golden.decoded_u8.flat(2));
  const tokens = golden.codes[0] ?? [];
  const detokenize = `query ($input: DetokenizeInput!) { detokenize(input: $input) { width height url dataUri(format: PNG) } }`;
  const tokenize = `query ($input: TokenizeInput!) { tokenize(input: $input) { width height values } }`;

  it("decodes the reference's codes to its pixels, inline and by URL", async () => {
    const { url } = running();
    const { data } = await post<{ detokenize: Image }>(url, detokenize, { input: { tokens, width: 8, height: 8 } });
    const image = data?.detokenize;
    expect([image?.width, image?.height]).toEqual([32, 32]);
    const inline = Buffer.from(image?.dataUri.split(',')[1] ?? '', 'base64');
    const file = Buffer.from(await (await fetch(image?.url ?? '')).arrayBuffer());
    for (const png of [inline, file]) {
      expect(new Uint8Array(await sharp(png).raw().toBuffer())).toEqual(pixels);
    }
  });

  it('finds the tokens of a picture, inline and uploaded', async () => {
    const { url } = running();
    const drawn = Array.from({ length: 16 }, (_, i) => tokens[i] ?? 0);
    const { data } = await post<{ detokenize: Image }>(url, detokenize, { input: { tokens: drawn } });
    const dataUri = data?.detokenize.dataUri ?? '';
    const inline = await post<{ tokenize: { width: number; values: number[] } }>(url, tokenize, {
      input: { image: { dataUri } },
    });
    expect(inline.data?.tokenize.values).toHaveLength(16);

    const form = new FormData();
    form.set('operations', JSON.stringify({ query: tokenize, variables: { input: { image: { upload: null } } } }));
    form.set('map', JSON.stringify({ 0: ['variables.input.image.upload'] }));
    form.set('0', new Blob([Buffer.from(dataUri.split(',')[1] ?? '', 'base64')], { type: 'image/png' }), 'a.png');
    const response = await fetch(url, { method: 'POST', body: form, headers: { accept: 'application/json' } });
    expect(await response.json()).toEqual(inline);
  });

  it.each([
    [detokenize, { tokens: [1, 2] }, 'input.tokens'],
    [detokenize, { tokens: new Array(16).fill(50) }, 'input.tokens'],
    [detokenize, { tokens: [1], width: 65, height: 1 }, 'input.width'],
    [tokenize, { image: { dataUri: 'http://example.com/a.png' } }, 'input.image.dataUri'],
    [tokenize, { image: { dataUri: 'data:image/png;base64,AAAA' } }, 'input.image.dataUri'],
    [tokenize, { image: { dataUri: 'data:image/png;base64,*' } }, 'input.image.dataUri'],
    [tokenize, { image: { upload: 'text' } }, 'input.image.upload'],
    [tokenize, { image: {} }, 'input.image'],
  ])('rejects invalid input: %s %j', async (query, input, field) => {
    const { errors } = await post(running().url, query, { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});

describe('generations', () => {
  it('are listed newest first, page by page and by status', async () => {
    const { url } = running();
    const generate = `mutation { generate(input: { label: { index: 1 } }) { id } }`;
    const ids: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const { data } = await post<{ generate: { id: string } }>(url, generate);
      ids.unshift(data?.generate.id);
    }
    const query = `query ($after: String, $status: [GenerationStatus!]) { generations(first: 2, after: $after, status: $status) {
      pageInfo { endCursor hasNextPage } edges { node { id label { name } model { id } } } } }`;
    interface Page {
      generations: {
        pageInfo: { endCursor: string; hasNextPage: boolean };
        edges: { node: { id: string; label: { name: string } } }[];
      };
    }
    const first = await post<Page>(url, query);
    expect(first.data?.generations.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, 2));
    expect(first.data?.generations.edges[0]?.node.label.name).toBe('class-1');
    const { endCursor } = first.data?.generations.pageInfo ?? {};
    const second = await post<Page>(url, query, { after: endCursor });
    expect(second.data?.generations.edges[0]?.node.id).toBe(ids[2]);
    const failed = await post<Page>(url, query, { status: ['FAILED'] });
    expect(failed.data?.generations.edges).toEqual([]);
  });
});
