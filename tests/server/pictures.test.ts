import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { generateSubscription, overWebSocket, readEvents, useServer, type SubscribedEvent } from '../support/server.js';

const running = useServer();

interface WithImage extends SubscribedEvent {
  readonly image: { readonly url: string };
}

async function draw(): Promise<{ finished: string; mosaic: string }> {
  const input = { label: { index: 2 }, seed: 1 };
  const events = await readEvents(overWebSocket(running().url, generateSubscription, { input }));
  const { images } = events.at(-1) as unknown as { images: { image: { url: string } }[] };
  const preview = events.find((event): event is WithImage => event.__typename === 'PreviewRendered');
  return { finished: images[0]?.image.url ?? '', mosaic: preview?.image.url ?? '' };
}

describe('the URL of a picture', () => {
  it('answers with the file, cacheable forever', async () => {
    const { finished, mosaic } = await draw();
    for (const url of [finished, mosaic]) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('etag')).toMatch(/^"[\w-]+"$/);
      const metadata = await sharp(await response.arrayBuffer()).metadata();
      expect([metadata.format, metadata.width, metadata.height]).toEqual(['png', 16, 16]);
    }
  });

  it('answers 304 to a client that has it', async () => {
    const { finished } = await draw();
    const etag = (await fetch(finished)).headers.get('etag') ?? '';
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await fetch(finished, { headers: { 'if-none-match': tag } });
      expect(response.status).toBe(304);
      expect(response.headers.get('etag')).toBe(etag);
      expect(await response.text()).toBe('');
    }
    expect((await fetch(finished, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('is the same for the same picture, and differs between pictures and formats', async () => {
    const first = await draw();
    const second = await draw();
    expect(second).toEqual(first);
    expect(first.mosaic).not.toBe(first.finished);
  });

  it.each([
    ['.webp', 'webp'],
    ['.jpg', 'jpeg'],
    ['.avif', 'heif'],
    ['.webp?quality=20', 'webp'],
  ])('answers in other formats: %s', async (ending, format) => {
    const { finished } = await draw();
    const response = await fetch(finished.replace('.png', ending));
    expect(response.status).toBe(200);
    expect((await sharp(await response.arrayBuffer()).metadata()).format).toBe(format);
  });

  it('answers HEAD without the file', async () => {
    const { finished } = await draw();
    const response = await fetch(finished, { method: 'HEAD' });
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await response.text()).toBe('');
  });

  it('is rejected with a message if invalid', async () => {
    const { finished } = await draw();
    const wrong = [
      finished.replace('.png', '.gif'),
      finished.replace('.png', '.png?quality=101'),
      finished.replace('/square4/', '/other/'),
      finished.replace(/pictures\/\w+/, 'pictures/00000000'),
      finished.replace('4x4', '5x4'),
      `${running().server.address}/pictures/`,
    ];
    for (const url of wrong) {
      const response = await fetch(url);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('No such picture');
    }
    expect((await fetch(finished, { method: 'POST' })).status).toBe(405);
  });
});
