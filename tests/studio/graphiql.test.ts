import { describe, expect, it } from 'vitest';
import { chromium, launchBrowser, patienceMs } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';

describe.skipIf(chromium === undefined)('GraphiQL', () => {
  const running = useServer({ models: builtInModels });

  it('has an example in each of its tabs, and draws the first one', async () => {
    const browser = await launchBrowser();
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(running().url);
    const tabs = page.getByRole('tab');
    await tabs.nth(5).waitFor();
    const names = await tabs.allInnerTexts();
    expect(names.map((name) => name.trim())).toEqual(['Draw', 'Labels', 'TwoOrders', 'DrawAround', 'Plan', 'Queue']);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.getByText('"url"').first().waitFor();
    await browser.close();
  });
});
