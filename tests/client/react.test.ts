import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createClient, type GenerateInput } from 'randar-client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, launchBrowser, patienceMs } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { buildApp, serveApp, type ServedApp } from '../support/client/app.js';
import { startGate } from '../support/client/gate.js';

const running = useServer({ models: builtInModels });
const label = { name: 'rocket' };
const quick = { label, seed: 7, steps: 8 } as const;
const slow = { label, seed: 7, schedule: { kind: 'ONE_BY_ONE' } } as const;
/** Long enough not to finish before it is cancelled, even on a fast machine. */
const long = { ...slow, count: 16, preview: { mode: 'NONE' } } as const;

/** Generous, since other work may keep the machine busy. */
const patient = { timeout: patienceMs, interval: 50 };

interface PageOptions {
  readonly server?: string;
  readonly isStrict?: boolean;
  readonly follow?: string;
  readonly width?: string;
  readonly density?: number;
}

describe.skipIf(chromium === undefined)('a React app', () => {
  let browser: Browser;
  let app: ServedApp;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'randar-app-'));
    await buildApp(fileURLToPath(new URL('react-app', import.meta.url)), folder, 'development');
    app = await serveApp(folder);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
    await rm(folder, { recursive: true });
  });

  /** Opens the app, and fails if the page logs an error. */
  async function onPage(input: GenerateInput | null, options: PageOptions, check: (page: Page) => Promise<void>) {
    const page = await browser.newPage({ deviceScaleFactor: options.density ?? 1 });
    page.setDefaultTimeout(patienceMs);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const asked = new URLSearchParams({
      server: options.server ?? running().server.address,
      ...(input && { input: JSON.stringify(input) }),
      ...(options.isStrict && { strict: '' }),
      ...(options.follow !== undefined && { follow: options.follow }),
      ...(options.width !== undefined && { width: options.width }),
    });
    try {
      await page.goto(`${app.address}?${asked}`);
      await check(page);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
    }
  }

  const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
  const until = (page: Page, id: string, wanted: RegExp) =>
    page.locator(`#${id}`).filter({ hasText: wanted }).waitFor();
  const newest = () => running().engine.list()[0];
  const isCancelled = (id = newest()?.id) =>
    expect.poll(() => running().engine.find(id ?? '')?.status, patient).toBe('cancelled');
  /** Counts the cells of a 16 x 16 grid with a coloured centre on the canvas. */
  const countPainted = `(() => {
      const canvas = document.querySelector('#picture');
      const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let cells = 0;
      for (let cell = 0; cell < 256; cell++) {
        const x = Math.floor(((cell % 16) + 0.5) * width / 16), y = Math.floor((Math.floor(cell / 16) + 0.5) * height / 16);
        if (data[4 * (y * width + x) + 3] > 0) cells++;
      }
      return cells;
    })()`;
  const paintedCells = (page: Page) => page.evaluate<number>(countPainted);
  const pixels = async (page: Page) =>
    Buffer.from(
      await page.evaluate<number[]>(`(() => {
        const canvas = document.querySelector('#picture');
        return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
      })()`),
    );

  it('shows the picture cell by cell, then the finished one', () =>
    onPage(slow, {}, async (page) => {
      // Sampled inside the page, frame by frame: from outside, some frames could be missed.
      await page.evaluate(`{
        globalThis.seen = new Set();
        const look = () => requestAnimationFrame(() => (seen.add(${countPainted}), look()));
        look();
      }`);
      while ((await text(page, 'status')) !== 'COMPLETED') {
        // Only decoded cells are painted.
        expect(await paintedCells(page)).toBeLessThanOrEqual(newest()?.step ?? 0);
      }
      expect(await page.evaluate<number>('seen.size')).toBeGreaterThan(5);
      await page.waitForFunction(`(() => {
        const { data } = document.querySelector('#picture').getContext('2d').getImageData(0, 0, 128, 128);
        return data.every((value, i) => i % 4 < 3 || value === 255);
      })()`);
      const { address } = running().server;
      const { data } = await fetch(`${address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `{ generation(id: "${newest()?.id ?? ''}") { images { image { url } } } }` }),
      }).then(
        (response) => response.json() as Promise<{ data: { generation: { images: { image: { url: string } }[] } } }>,
      );
      const file = await (await fetch(data.generation.images[0]?.image.url ?? '')).arrayBuffer();
      const expected = await sharp(file).ensureAlpha().raw().toBuffer();
      await expect.poll(async () => (await pixels(page)).equals(expected), patient).toBe(true);
      expect(await text(page, 'step')).toBe('256/256');
      expect(await text(page, 'tokens')).toBe('256');
      expect(await text(page, 'preview')).toBe('data:image/webp');
      expect(await text(page, 'images')).toBe('7');
    }));

  it('shows tokens without previews', () =>
    onPage({ ...slow, preview: { mode: 'NONE' } }, {}, async (page) => {
      await expect.poll(() => paintedCells(page), patient).toBeGreaterThan(3);
      await until(page, 'status', /COMPLETED/);
      await expect.poll(() => paintedCells(page), patient).toBe(256);
    }));

  it('has a canvas at screen resolution at any size', () =>
    onPage(quick, { density: 2, width: '200px' }, async (page) => {
      await until(page, 'status', /COMPLETED/);
      const size = () =>
        page.evaluate<number[]>(`(() => {
          const { width, height, clientWidth, clientHeight } = document.querySelector('#picture');
          return [width, height, clientWidth, clientHeight];
        })()`);
      await expect.poll(size, patient).toEqual([400, 400, 200, 200]);
      await page.evaluate(`document.querySelector('#picture').style.width = '50px'`);
      await expect.poll(size, patient).toEqual([100, 100, 50, 50]);
      await expect.poll(() => paintedCells(page), patient).toBe(256);
    }));

  it('names the picture for screen readers', async () => {
    const isBusy = (page: Page) => page.locator('#picture').getAttribute('aria-busy');
    await onPage(long, {}, async (page) => {
      await page.getByRole('img', { name: /^rocket, [1-9]\d* % drawn$/i }).waitFor();
      expect(await isBusy(page)).toBe('true');
      await press(page, 'unmount');
      await isCancelled();
    });
    await onPage(quick, {}, async (page) => {
      await page.getByRole('img', { name: /^rocket$/i }).waitFor();
      expect(await isBusy(page)).toBe('false');
    });
  });

  it('draws once although StrictMode mounts twice', async () => {
    const before = running().engine.list().length;
    await onPage({ ...quick, seed: 70 }, { isStrict: true }, (page) => until(page, 'status', /COMPLETED/));
    expect(running().engine.list().length).toBe(before + 1);
  });

  it('cancels when its component unmounts', () =>
    onPage(long, {}, async (page) => {
      await until(page, 'step', /^[1-9]\d*\//);
      await press(page, 'unmount');
      await isCancelled();
    }));

  it('continues if the input says keep', () =>
    onPage({ ...slow, keep: true, preview: { mode: 'NONE' } }, {}, async (page) => {
      await until(page, 'step', /^[1-9]\d*\//);
      await press(page, 'unmount');
      await expect.poll(() => newest()?.status, patient).toBe('completed');
    }));

  it('restarts with another input, but not with an equal one', () =>
    onPage(long, {}, async (page) => {
      await until(page, 'step', /^[1-9]\d*\//);
      const id = newest()?.id;
      await press(page, 'render');
      await until(page, 'step', /^[1-9]\d+\//);
      expect(newest()?.id).toBe(id);
      await press(page, 'another');
      await expect.poll(() => newest()?.request.seed, patient).toBe(8);
      await isCancelled(id);
      await press(page, 'unmount');
      await isCancelled();
    }));

  it('is cancelled and restarted by its buttons', () =>
    onPage(long, {}, async (page) => {
      await until(page, 'step', /^[1-9]\d*\//);
      const id = newest()?.id;
      await press(page, 'cancel');
      await until(page, 'status', /CANCELLED/);
      expect(newest()?.status).toBe('cancelled');
      await press(page, 'restart');
      await until(page, 'status', /RUNNING/);
      expect(newest()?.id).not.toBe(id);
      await press(page, 'unmount');
      await isCancelled();
    }));

  it('shows rejected input', () =>
    onPage({ label: { name: 'roket' } }, {}, async (page) => {
      await until(page, 'status', /FAILED/);
      expect(await text(page, 'error')).toContain('"rocket"');
    }));

  it('requests nothing without an input', async () => {
    const before = running().engine.list().length;
    await onPage(null, {}, (page) => until(page, 'status', /IDLE/));
    expect(running().engine.list().length).toBe(before);
  });

  it('works if WebSockets are refused', async () => {
    const gate = await startGate(running().server.address, { webSockets: 'refuse' });
    await onPage(quick, { server: gate.address }, (page) => until(page, 'status', /COMPLETED/));
    expect(gate.upgrades).toBe(1);
    await gate.close();
  });

  it('follows a generation started elsewhere without cancelling it', async () => {
    const client = createClient({ url: running().url });
    const { id } = await client.queue(quick);
    await client.close();
    await onPage(null, { follow: id }, (page) => until(page, 'status', /COMPLETED/));
  });
});
