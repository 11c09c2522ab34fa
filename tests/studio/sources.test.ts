import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromium } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { draw, finished, keepScreenshot, shownIds, useBrowser, eventually } from '../support/studio/page.js';
import { dropAnywhere, photo } from '../support/studio/photo.js';

const unknown = -1;

describe.skipIf(chromium === undefined)('a picture on the page', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();

  async function shown(page: Page) {
    await finished(page);
    const generation = running().engine.find(shownIds(page)[0] ?? '');
    if (!generation) throw new Error('the server knows what is shown');
    return generation;
  }

  /** The cells to draw of a generation with a source. */
  const drawnCells = (known: Int32Array | undefined) =>
    Array.from(known ?? [], (token, cell) => (token === unknown ? cell : -1)).filter((cell) => cell >= 0);

  it('is inpainted under a painted mask, and nowhere else', async () => {
    const page = await open(running().server.address);
    await page.getByRole('radio', { name: 'Inpaint' }).check();
    await page.locator('input[type=file]').setInputFiles(await photo());
    const mask = page.getByRole('application');
    const box = await mask.boundingBox();
    if (!box) throw new Error('the mask is seen');
    const cell = box.width / 16;
    // Along the middle of the fifth row, from the fourth to the ninth cell, with a brush as wide as a cell.
    await page.getByLabel('Brush').fill('1');
    await page.mouse.move(box.x + 3.5 * cell, box.y + 4.5 * cell);
    await page.mouse.down();
    await page.mouse.move(box.x + 8.5 * cell, box.y + 4.5 * cell, { steps: 5 });
    await page.mouse.up();
    await page.getByText(/: 6 of 256 cells/).waitFor();
    await keepScreenshot(page, 'inpaint');
    await draw(page, 'star', 'Inpaint');
    const { request, tokens } = await shown(page);
    expect(drawnCells(request.known)).toEqual([67, 68, 69, 70, 71, 72]);
    expect(Array.from(tokens[0] ?? []).every((token) => token >= 0)).toBe(true);
    await page.getByRole('button', { name: 'Back to the mask' }).click();
    await page.getByText(/: 6 of 256 cells/).waitFor();
  });

  it('is masked with the keyboard alone', async () => {
    const page = await open(running().server.address);
    await page.getByRole('radio', { name: 'Inpaint' }).check();
    await page.locator('input[type=file]').setInputFiles(await photo());
    await page.getByRole('application').focus();
    for (const key of ['Space', 'ArrowRight', 'Space', 'ArrowDown', 'Space', 'Space']) await page.keyboard.press(key);
    await page.getByText('Row 10, column 10, keep').waitFor();
    await page.getByText(/: 2 of 256 cells/).waitFor();
    await draw(page, 'star', 'Inpaint');
    expect(drawnCells((await shown(page)).request.known)).toEqual([136, 137]);
  });

  it('can be dropped anywhere', async () => {
    const page = await open(running().server.address);
    await dropAnywhere(page, await photo());
    await page.getByRole('application').waitFor();
    expect(await page.getByRole('radio', { name: 'Inpaint' }).isChecked()).toBe(true);
    await page.getByText(/: 0 of 256 cells/).waitFor();
  });

  it('is rejected with a message if invalid', async () => {
    const page = await open(running().server.address);
    await page.getByRole('radio', { name: 'Inpaint' }).check();
    const file = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('The browser cannot read this file as a picture.').waitFor();
    await page.getByRole('button', { name: 'Inpaint' }).click();
    await page.getByText('Choose a picture to inpaint first.').waitFor();
  });

  it('is outpainted from where its frame was dragged to', async () => {
    const page = await open(running().server.address);
    await page.getByRole('radio', { name: 'Outpaint' }).check();
    await page.locator('input[type=file]').setInputFiles(await photo());
    const frame = page.getByRole('application');
    const box = await frame.boundingBox();
    if (!box) throw new Error('the frame is seen');
    const cell = box.width / 8;
    await page.mouse.move(box.x + 4 * cell, box.y + 4 * cell);
    await page.mouse.down();
    await page.mouse.move(box.x + 2 * cell, box.y + 5 * cell, { steps: 4 });
    await page.mouse.up();
    await frame.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowUp');
    await eventually(() => page.getByRole('spinbutton', { name: 'Column' }).inputValue()).toBe('2');
    await eventually(() => page.getByRole('spinbutton', { name: 'Row' }).inputValue()).toBe('4');
    await keepScreenshot(page, 'outpaint');
    await draw(page, 'sun', 'Outpaint');
    const drawn = new Set(drawnCells((await shown(page)).request.known));
    for (let at = 0; at < 256; at++) {
      const [column, row] = [at % 16, Math.floor(at / 16)];
      expect(drawn.has(at)).toBe(!(column >= 2 && column < 11 && row >= 4 && row < 12));
    }
  });

  it('has some of its cells redrawn, the others stay', async () => {
    const page = await open(running().server.address);
    await draw(page, 'cat');
    const before = await shown(page);
    await page.getByRole('button', { name: 'Redraw cells' }).click();
    await page.getByRole('application').focus();
    for (const key of ['Space', 'ArrowLeft', 'Space']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Redraw', exact: true }).click();
    await eventually(() => shownIds(page)[0]).not.toBe(before.id);
    const after = await shown(page);
    expect(drawnCells(after.request.known)).toEqual([135, 136]);
    const changed = (cell: number) => before.tokens[0]?.[cell] !== after.tokens[0]?.[cell];
    expect(
      Array.from({ length: 256 }, (_, cell) => cell)
        .filter(changed)
        .every((cell) => [135, 136].includes(cell)),
    ).toBe(true);
  });

  it('is enlarged, and its small picture is shown first', async () => {
    const page = await open(running().server.address);
    await page.getByLabel('Seed').fill('7');
    await page.getByLabel('Steps').fill('8');
    await draw(page, 'rocket');
    const before = await shown(page);
    const previews: string[] = [];
    page.on('request', (request) => void previews.push(request.url()));
    await page.getByRole('button', { name: 'Enlarge' }).click();
    await eventually(() => shownIds(page)[0]).not.toBe(before.id);
    await page.getByRole('img', { name: 'All 1024 cells are decoded.' }).waitFor();
    const { request } = await shown(page);
    expect([request.width, request.height, request.seed]).toEqual([32, 32, 7]);
    expect(await page.locator('.timeline rect').count()).toBe(request.tokensPerStep.length);
    await page.getByRole('slider', { name: 'Step' }).fill('3');
    await eventually(() => previews.some((url) => url.includes('/16x16/'))).toBe(true);
    await page.getByText('The small picture, which is decoded first.').waitFor();
    await keepScreenshot(page, 'enlarged');
  });

  it('is taken from a result to be inpainted', async () => {
    const page = await open(running().server.address);
    await draw(page, 'cat');
    await finished(page);
    await page.getByRole('button', { name: 'Inpaint this' }).click();
    await page.getByRole('application').focus();
    await page.keyboard.press('Space');
    await page.getByLabel('Blend').fill('99');
    await page.getByRole('button', { name: 'Inpaint', exact: true }).click();
    await page.getByText('Expected a whole number from 0 to 64, got 99.').waitFor();
    await page.getByLabel('Blend').fill('4');
    const [before] = shownIds(page);
    await page.getByRole('button', { name: 'Inpaint', exact: true }).click();
    await eventually(() => shownIds(page)[0]).not.toBe(before);
    expect((await shown(page)).request.overlay).toBeDefined();
  });
});
