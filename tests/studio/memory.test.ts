import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromium, patienceMs } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { chooseLabel, useBrowser } from '../support/studio/page.js';

describe.skipIf(chromium === undefined)('twenty generations at once', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  const completed = () => running().engine.list(['completed']).length;

  /** Draws twenty more, counting from an idle server. */
  async function drawTwenty(page: Page): Promise<void> {
    const before = completed();
    for (let i = 0; i < 20; i++) await page.getByRole('button', { name: 'Draw', exact: true }).click();
    await expect.poll(completed, { timeout: patienceMs, interval: 200 }).toBe(before + 20);
    await expect.poll(() => page.locator('.card progress').count(), { timeout: 20_000 }).toBe(0);
  }

  /** The page's heap size after garbage collection, in bytes. */
  async function heldBytes(devtools: CDPSession): Promise<number> {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  }

  it('are all followed, and leak nothing', { timeout: 600_000 }, async () => {
    const page = await open(running().server.address);
    const devtools = await page.context().newCDPSession(page);
    await page.getByLabel('Steps').fill('48');
    await chooseLabel(page, 'star');
    // The gallery holds the newest 48, and code is compiled on use, so growth is measured after both are done.
    for (let round = 0; round < 3; round++) await drawTwenty(page);
    const before = await heldBytes(devtools);
    await drawTwenty(page);
    const after = await heldBytes(devtools);
    console.info(`the page holds ${before} bytes after 60 generations, ${after} after 80`);
    // A generation's events take about 60 kB, so keeping twenty would exceed a megabyte.
    expect(after - before).toBeLessThan(500_000);
  });
});
