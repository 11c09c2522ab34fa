import { describe, expect, it } from 'vitest';
import { chromium } from '../support/browser.js';
import { serve } from '../support/cli.js';
import { startProxy } from '../support/client/proxy.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { keepCompany } from '../support/studio/company.js';
import { askForSlowOne, draw, finished, keepScreenshot, shownIds, useBrowser } from '../support/studio/page.js';

describe.skipIf(chromium === undefined)('the page and a bad connection', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  it('continues after the last step when the connection was cut', async () => {
    const proxy = await startProxy(running().server.address);
    const page = await open(new URL('/', proxy.address).href);
    const company = await keepCompany(running().url);
    await askForSlowOne(page);
    await draw(page);
    await page.getByText(/is being drawn: step \d/).waitFor();
    const [id] = shownIds(page);
    expect(running().engine.find(id ?? '')?.status).toBe('running');
    proxy.block();
    await page.getByText('Connection lost', { exact: true }).waitFor();
    proxy.unblock();
    await company.leave();
    await finished(page);
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(await page.locator('.timeline rect').count()).toBe(256);
    expect(shownIds(page)).toEqual([id]);
    await page.close();
    await proxy.close();
  });
});

describe.skipIf(chromium === undefined)('the address of a generation that nobody knows', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  it('is explained, and can be left', async () => {
    const page = await open(`${running().server.address}/#generation=never-was`);
    await page.getByText('The server no longer has this generation').waitFor();
    expect(await page.getByRole('button', { name: 'Draw again' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('heading', { name: 'A picture in any order' }).waitFor();
    await draw(page, 'fox');
    await finished(page);
  });
});

describe.skipIf(chromium === undefined)('the page and a server that is restarted', () => {
  const open = useBrowser();

  it('says that the connection is lost, finds the server again, and redraws', async () => {
    const before = await serve(['--port', '0']);
    const { origin, port } = new URL(before.url);
    const page = await open(origin);
    await keepCompany(before.url);
    await page.getByLabel('Seed').fill('7');
    await askForSlowOne(page);
    await draw(page);
    await page.getByText(/is being drawn: step \d/).waitFor();
    before.kill('SIGKILL');
    await before.ended;
    await page.getByRole('alert').getByText('Connection lost').waitFor();
    await keepScreenshot(page, 'lost');
    await serve(['--port', port]);
    await page.getByText('The server no longer has this generation').waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
    const [id] = shownIds(page);
    await page.getByRole('button', { name: 'Draw again' }).click();
    await page
      .getByText(/, drawn in .* seed 7\./)
      .first()
      .waitFor();
    expect(shownIds(page)).not.toEqual([id]);
  });
});
