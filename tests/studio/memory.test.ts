import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromium } from '../browser.js';
import { builtInModels } from '../goldens/models.js';
import { useServer } from '../server/start.js';
import { draw, useBrowser } from './page.js';

describe.skipIf(chromium === undefined)('twenty generations at once', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  async function drawTwenty(page: Page): Promise<void> {
    const before = running().engine.list(['completed']).length;
    for (let i = 0; i < 20; i++) await page.getByRole('button', { name: 'Draw', exact: true }).click();
    await expect
      .poll(() => running().engine.list(['completed']).length, { timeout: 120_000, interval: 200 })
      .toBe(before + 20);
    await expect.poll(() => page.locator('.card progress').count(), { timeout: 20_000 }).toBe(0);
  }

  /** What the page holds when all that it let go is collected, in bytes. */
  async function heldBytes(devtools: CDPSession): Promise<number> {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  }

  it('are all followed, and leave nothing behind', { timeout: 240_000 }, async () => {
    const page = await open(running().server.address);
    const devtools = await page.context().newCDPSession(page);
    await page.getByLabel('Steps').fill('48');
    await draw(page, 'star');
    await drawTwenty(page);
    const before = await heldBytes(devtools);
    await drawTwenty(page);
    const after = await heldBytes(devtools);
    console.info(`the page holds ${before} bytes after 21 generations, ${after} after 41`);
    // A generation's events are some 60 kB: twenty that were kept would be more than a megabyte.
    expect(after - before).toBeLessThan(500_000);
  });
});
