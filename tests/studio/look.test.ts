import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromium } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import {
  accessibilityFaults,
  draw,
  finished,
  foundLabels,
  keepScreenshot,
  sidewaysScroll,
  useBrowser,
  eventually,
} from '../support/studio/page.js';

const looks: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 360, height: 740 }, hasTouch: true }],
  ['still', { reducedMotion: 'reduce', viewport: { width: 900, height: 900 } }],
];

describe.skipIf(chromium === undefined).each(looks)('the page, %s', (name, options) => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  async function expectFaultless(page: Page): Promise<void> {
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBe(0);
  }

  it('has no accessibility fault and fits its width before anything is drawn', async () => {
    const page = await open(running().server.address, options);
    await expectFaultless(page);
    await page.getByText('More settings').click();
    await page.getByRole('combobox', { name: 'What to draw' }).click();
    await foundLabels(page).nth(5).waitFor();
    await expectFaultless(page);
    await keepScreenshot(page, `${name}-labels`);
  });

  it('has no accessibility fault with a result', async () => {
    const page = await open(running().server.address, options);
    await page.getByLabel('Seed').fill('11');
    await draw(page, 'fox');
    await finished(page);
    await page.getByRole('slider', { name: 'Step' }).fill('62');
    await page.getByText(/^Step 62/).waitFor();
    await keepScreenshot(page, `${name}-result`);
    await page.getByText('Copy as code').click();
    await expectFaultless(page);
  });

  it('has no accessibility fault while a picture is masked or framed', async () => {
    const page = await open(running().server.address, options);
    await draw(page, 'cat');
    await finished(page);
    await page.getByRole('button', { name: 'Inpaint this' }).click();
    await page.getByRole('application').focus();
    await page.keyboard.press('Space');
    await expectFaultless(page);
    await page.getByRole('radio', { name: 'Outpaint' }).check();
    await page.getByRole('application').waitFor();
    await expectFaultless(page);
    await keepScreenshot(page, `${name}-outpaint`);
  });

  it('has no accessibility fault with problems, or with two pictures side by side', async () => {
    const page = await open(running().server.address, options);
    await page.getByRole('radio', { name: 'Compare' }).check();
    await page.getByLabel('Steps').fill('999');
    await page.getByRole('button', { name: 'Draw both' }).click();
    await page.getByText('Some settings are not valid').waitFor();
    await expectFaultless(page);
    await page.getByLabel('Steps').fill('20');
    await page.getByRole('button', { name: 'Draw both' }).click();
    await eventually(() => page.locator('.status').filter({ hasText: 'drawn in' }).count()).toBe(2);
    await expectFaultless(page);
    await keepScreenshot(page, `${name}-compare`);
  });
});
