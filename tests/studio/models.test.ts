import { mkdtempSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.js';
import { chromium } from '../support/browser.js';
import { goldenFile } from '../support/goldens/load.js';
import { builtInModels } from '../support/goldens/models.js';
import { rarFile, rarGrid, readRarGolden } from '../support/goldens/rar.js';
import { useServer } from '../support/server.js';
import { accessibilityFaults, draw, finished, keepScreenshot, shownIds, useBrowser } from '../support/studio/page.js';
import { dropAnywhere, photo } from '../support/studio/photo.js';

describe.skipIf(chromium === undefined)('the page with models of two families', () => {
  const folder = mkdtempSync(join(tmpdir(), 'randar-two-families-'));
  const models = join(folder, 'models');
  beforeAll(async () => {
    await cp(builtInModels, models, { recursive: true });
    const labels = join(folder, 'labels');
    const { classes } = readRarGolden().config;
    await writeFile(labels, Array.from({ length: classes }, (_, i) => `Class ${i}`).join('\n'));
    const files = { transformer: rarFile, tokenizer: goldenFile('maskgit-f4.bin'), grid: rarGrid, labels };
    await importModel(
      { ...files, models, id: 'rar', replace: false, measure: false, precision: 'fp32' },
      () => undefined,
    );
  });
  const running = useServer({ models, defaultModel: 'emoji' });
  afterAll(() => rm(folder, { recursive: true }));
  const open = useBrowser();

  it("shows the controls that the chosen one supports, and the actions that a picture's own model supports", async () => {
    const page = await open(running().server.address);
    await page.getByLabel('Order of cells').selectOption('SPIRAL');
    await page.getByLabel('Steps').fill('12');
    await page.getByRole('radio', { name: 'Outpaint' }).check();
    await page.getByRole('combobox', { name: 'Model' }).selectOption('rar');
    await page.getByText('This model decodes one cell per step: 64 steps.').waitFor();
    const tasks = page.getByRole('group', { name: 'Task' });
    expect(await tasks.count()).toBe(0);
    await page.getByText('More settings').click();
    for (const label of ['Order of cells', 'Steps', 'Schedule', 'Size']) {
      expect(await page.getByLabel(label, { exact: true }).count(), label).toBe(0);
    }
    await keepScreenshot(page, 'one-cell-a-step');
    await draw(page, 'Class 2');
    await finished(page);
    expect(running().engine.find(shownIds(page)[0] ?? '')?.request.model).toBe('rar');
    await page.getByRole('link', { name: 'Save' }).waitFor();

    await page.getByRole('combobox', { name: 'Model' }).selectOption('emoji');
    await tasks.getByRole('radio', { name: 'Outpaint' }).waitFor();
    expect(await page.getByLabel('Steps', { exact: true }).inputValue()).toBe('12');
    for (const name of ['Redraw cells', 'Inpaint this', 'Enlarge']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    }
  });

  it('says why the chosen one accepts no dropped picture, and which one does', async () => {
    const page = await open(running().server.address);
    const models = page.getByRole('combobox', { name: 'Model' });
    await models.selectOption('rar');
    await dropAnywhere(page, await photo());
    const notice = page.getByRole('alert');
    await notice.getByText('This model cannot start from a picture.').waitFor();
    const able = await models.locator('option[value=emoji]').textContent();
    expect(await notice.textContent()).toContain(`Choose another model: ${able}.`);
    expect(await page.getByRole('application').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepScreenshot(page, 'no-picture-for-this-model');

    await models.selectOption('emoji');
    await notice.waitFor({ state: 'detached' });
    await dropAnywhere(page, await photo());
    await page.getByRole('application').waitFor();
    expect(await page.getByRole('radio', { name: 'Inpaint' }).isChecked()).toBe(true);
  });
});
