import { createClient } from 'randar-client';
import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { post, useServer } from '../support/server.js';

const running = useServer({ models: builtInModels });

interface Features {
  layer: number;
  dimension: number;
  cells: number;
  values: number[];
  base64: string;
}

const query = `query ($input: FeaturesInput!) { features(input: $input) { layer dimension cells values base64 } }`;

async function picture(index: number, seed = 1): Promise<string> {
  const client = createClient({ url: running().server.address });
  try {
    const input = { label: { index }, seed, preview: { mode: 'NONE' } } as const;
    for await (const event of client.generate(input)) {
      if (event.__typename === 'GenerationCompleted') return event.images[0]?.image.dataUri ?? '';
    }
    throw new Error('nothing was drawn');
  } finally {
    await client.close();
  }
}

async function features(dataUri: string, more: object = {}): Promise<Features> {
  const input = { image: { dataUri }, ...more };
  const { data, errors } = await post<{ features: Features }>(running().url, query, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.features;
}

const cosine = (a: readonly number[], b: readonly number[]) => {
  const dot = (p: readonly number[], q: readonly number[]) => p.reduce((sum, x, i) => sum + x * (q[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe('features', () => {
  it('are per cell, or their mean', async () => {
    const dataUri = await picture(0);
    const each = await features(dataUri, { pooling: 'NONE' });
    expect([each.layer, each.cells, each.dimension]).toEqual([4, 256, 256]);
    const pooled = await features(dataUri);
    expect([pooled.layer, pooled.cells]).toEqual([4, 1]);
    for (let i = 0; i < 256; i += 37) {
      const mean = each.values.filter((_, at) => at % 256 === i).reduce((sum, x) => sum + x, 0) / 256;
      expect(pooled.values[i]).toBeCloseTo(mean, 4);
    }
    const bytes = Buffer.from(pooled.base64, 'base64');
    expect(pooled.values.map((_, i) => bytes.readFloatLE(i * 4))).toEqual(pooled.values);
  });

  it("of pictures with the same label are closer to each other than to other labels'", async () => {
    const labels = [0, 5, 14, 30];
    const all = await Promise.all(
      labels.flatMap((label) =>
        [1, 2].map(async (seed) => ({ label, values: (await features(await picture(label, seed))).values })),
      ),
    );
    const pairs = all.flatMap((a) => all.flatMap((b) => (a === b ? [] : [{ same: a.label === b.label, a, b }])));
    const meanOf = (same: boolean) => {
      const values = pairs.filter((pair) => pair.same === same).map(({ a, b }) => cosine(a.values, b.values));
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(meanOf(true)).toBeGreaterThan(meanOf(false));
  });

  it('of a layer that does not exist are rejected', async () => {
    const { errors } = await post(running().url, query, {
      input: { image: { dataUri: await picture(0) }, layer: 8 },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.layer' });
    expect(errors?.[0]?.message).toContain('from 0 to 7, got 8');
  });
});
