import {
  createClient,
  extrapolate,
  inpaint,
  outpaint,
  redraw,
  type Client,
  type GenerateInput,
  type GenerationEvent,
  type ImageInput,
} from 'randar-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline, maskFile, photo } from '../support/sources.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';

const running = useServer({ models: builtInModels });
let client: Client;
beforeAll(() => {
  client = createClient({ url: running().server.address });
});
afterAll(async () => {
  await client.close();
});

async function finished(events: AsyncIterable<GenerationEvent>) {
  for await (const event of events) if (event.__typename === 'GenerationCompleted') return event;
  throw new Error('the generation was not completed');
}

const blobOf = (file: Uint8Array) => new Blob([new Uint8Array(file)], { type: 'image/png' });
const settings = { label: { name: 'rocket' }, seed: 4, steps: 6, preview: { mode: 'NONE' } } as const;

describe('images of a source', () => {
  it('may be blobs, and draw what they draw as data URIs', async () => {
    const image = await photo(128);
    const mask = await maskFile(128, 128, (x) => x > 60);
    const place = { x: 4, y: 4, width: 8, height: 8 };
    const pairs: [GenerateInput, GenerateInput][] = [
      [
        { ...settings, source: { inpaint: { image: { upload: blobOf(image) }, mask: { upload: blobOf(mask) } } } },
        { ...settings, source: { inpaint: { image: inline(image), mask: inline(mask) } } },
      ],
      [
        { ...settings, source: { outpaint: { image: { upload: blobOf(image) }, ...place } } },
        { ...settings, source: { outpaint: { image: inline(image), ...place } } },
      ],
    ];
    for (const [blobs, dataUris] of pairs) {
      const { images } = await finished(client.generate(blobs));
      expect((await finished(client.generate(dataUris))).images[0]?.grid).toEqual(images[0]?.grid);
      const { id } = await client.queue(blobs);
      expect((await finished(client.follow(id))).images[0]?.grid).toEqual(images[0]?.grid);
    }
  });

  it('that cannot be read reject, and nothing is queued', async () => {
    const gone = Object.assign(blobOf(await photo(8)), {
      arrayBuffer: () => Promise.reject(new Error('file is gone')),
    });
    const outpaint = { image: { upload: gone }, x: 0, y: 0, width: 8, height: 8 };
    const before = running().engine.list().length;
    await expect(finished(client.generate({ ...settings, source: { outpaint } }))).rejects.toThrow('file is gone');
    await expect(client.queue({ ...settings, source: { outpaint } })).rejects.toThrow('file is gone');
    expect(running().engine.list().length).toBe(before);
  });

  it('are not asked for where the loop is left while they are read', async () => {
    const image = await photo(8);
    const abort = new AbortController();
    const slow = Object.assign(blobOf(image), {
      arrayBuffer: () => {
        abort.abort(new Error('changed my mind'));
        return Promise.resolve(new Uint8Array(image).buffer);
      },
    });
    const outpaint = { image: { upload: slow }, x: 0, y: 0, width: 8, height: 8 };
    const before = running().engine.list().length;
    const drawing = finished(client.generate({ ...settings, source: { outpaint } }, { signal: abort.signal }));
    await expect(drawing).rejects.toThrow('changed my mind');
    await client.server();
    expect(running().engine.list().length).toBe(before);
  });

  it('are checked at compile time', () => {
    // @ts-expect-error an image is uploaded or inline, not both
    const both: ImageInput = { upload: blobOf(new Uint8Array()), dataUri: 'data:image/png;base64,' };
    expect(both).toBeDefined();
  });
});

describe('a helper', () => {
  it('builds the full input from blobs and data URIs', async () => {
    const image = blobOf(await photo(16));
    const dataUri = 'data:image/png;base64,';
    const guidance = { start: 1, end: 2 };
    expect(inpaint({ ...settings, image, mask: dataUri, blend: 4 })).toEqual({
      ...settings,
      source: { inpaint: { image: { upload: image }, mask: { dataUri }, blend: 4 } },
    });
    expect(outpaint({ ...settings, image: dataUri, x: 1, y: 2, width: 3, height: 4, fit: 'FILL' })).toEqual({
      ...settings,
      source: { outpaint: { image: { dataUri }, x: 1, y: 2, width: 3, height: 4, fit: 'FILL' } },
    });
    expect(redraw({ ...settings, generation: 'some', picture: 1, cells: [2] })).toEqual({
      ...settings,
      source: { redraw: { generation: 'some', image: 1, cells: [2] } },
    });
    expect(extrapolate({ ...settings, spatialGuidance: guidance })).toEqual({
      ...settings,
      size: { factor: 2, spatialGuidance: guidance },
    });
  });

  it('inpaints, outpaints, and redraws cells of the results', async () => {
    const image = blobOf(await photo(128));
    const mask = blobOf(await maskFile(128, 128, (x) => x > 60));
    const { generation, images } = await finished(client.generate(inpaint({ ...settings, image, mask })));
    const cells = [0, 1, 2, 3];
    const redrawn = await finished(
      client.generate(redraw({ ...settings, steps: 2, generation: generation.id, cells })),
    );
    expect(redrawn.images[0]?.grid.values.slice(4)).toEqual(images[0]?.grid.values.slice(4));
    const place = { x: 4, y: 4, width: 8, height: 8 };
    expect((await finished(client.generate(outpaint({ ...settings, image, ...place })))).images).toHaveLength(1);
  });
});

describe('a size', () => {
  it('of 2 draws twice the width and height', async () => {
    const { images } = await finished(client.generate(extrapolate({ ...settings, steps: 2 })));
    expect(images[0]?.image).toMatchObject({ width: 256, height: 256 });
    expect(images[0]?.grid.values).toHaveLength(1024);
  });
});
