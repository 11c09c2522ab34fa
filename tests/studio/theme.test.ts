import type { Page } from 'playwright-core';
import { describe, it } from 'vitest';
import { chromium } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { eventually, useBrowser } from '../support/studio/page.js';

interface Painted {
  /** The page's background. */
  readonly ground: string;
  /** The theme's colour for unknown cells, and whether the canvas uses it. */
  readonly tile: string;
  readonly hasTile: boolean;
}

const light = { ground: 'rgb(248, 246, 242)', tile: 'rgb(235, 230, 220)', hasTile: true };
const dark = { ground: 'rgb(21, 19, 15)', tile: 'rgb(43, 39, 33)', hasTile: true };

const painted = (page: Page) =>
  page.evaluate<Painted>(`(() => {
    const canvas = document.querySelector('canvas');
    const tile = getComputedStyle(canvas).getPropertyValue('--tile');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let hasTile = false;
    for (let at = 0; at < data.length; at += 4) {
      hasTile ||= tile === 'rgb(' + data.slice(at, at + 3).join(', ') + ')';
    }
    return { ground: getComputedStyle(document.body).backgroundColor, tile, hasTile };
  })()`);

const choose = (page: Page, theme: string) => page.getByRole('radio', { name: theme, exact: true }).check();

describe.skipIf(chromium === undefined)('the theme of the page', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  it('follows the system until another one is chosen, also on canvases', async () => {
    const page = await open(running().server.address, { colorScheme: 'dark' });
    await eventually(() => painted(page)).toEqual(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    await eventually(() => painted(page)).toEqual(light);
    await choose(page, 'Dark');
    await eventually(() => painted(page)).toEqual(dark);
    await choose(page, 'Auto');
    await eventually(() => painted(page)).toEqual(light);
  });

  it('stays the chosen one after a reload, regardless of the system', async () => {
    const page = await open(running().server.address, { colorScheme: 'dark' });
    await choose(page, 'Light');
    await eventually(() => painted(page)).toEqual(light);
    await page.reload();
    await eventually(() => painted(page)).toEqual(light);
  });
});
