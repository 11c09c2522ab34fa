import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, patienceMs } from '../browser.js';

const artifacts = fileURLToPath(new URL('../../../artifacts/studio/', import.meta.url));

/**
 * A browser for the tests of a file. After each test its pages are closed, and fail it if they logged errors.
 * Animations are off by default: without a graphics card they cost more than generating pictures.
 */
export function useBrowser(): (url: string, options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | undefined;
  const complaints: string[] = [];
  beforeAll(async () => {
    await mkdir(artifacts, { recursive: true });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(() => browser?.close());
  return async (url, options = {}) => {
    if (!browser) throw new Error('the browser runs while tests run only');
    const context = await browser.newContext({
      viewport: { width: 1400, height: 950 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const { origin } = new URL(url);
    page.on('pageerror', (error) => void complaints.push(error.message));
    page.on('console', (message) => {
      // The browser reports a lost connection as a network error, which is correct.
      if (message.type() === 'error' && !/ERR_|WebSocket/.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      const isOurs = request.url().startsWith(`${origin}/`) || /^(data|blob):/.test(request.url());
      if (!isOurs) complaints.push(`asked another host: ${request.url()}`);
    });
    await page.goto(url);
    await page.getByText('Connected', { exact: true }).waitFor();
    // The page has loaded the models and the labels of the first one.
    await eventually(() => page.getByRole('combobox', { name: 'What to draw' }).inputValue()).not.toBe('');
    return page;
  };
}

/** An expectation that becomes true eventually. */
export const eventually = <T>(value: () => T) => expect.poll(value, { timeout: patienceMs, interval: 50 });

/** Chooses a label by name and draws it. */
export async function draw(page: Page, label = 'rocket', button = 'Draw'): Promise<void> {
  await chooseLabel(page, label);
  await page.getByRole('button', { name: button, exact: true }).click();
}

export async function chooseLabel(page: Page, label: string): Promise<void> {
  const search = page.getByRole('combobox', { name: 'What to draw' });
  await search.click();
  await search.fill(label);
  await foundLabels(page).first().click();
}

/** The search results for the complete text; until they arrive, those of a prefix are shown. */
export function foundLabels(page: Page): Locator {
  return page.locator('[role=listbox][aria-busy=false]').getByRole('option');
}

/** Requests a picture that takes several seconds. */
export async function askForSlowOne(page: Page): Promise<void> {
  await page.getByLabel('Pictures').fill('3');
  await page.getByText('More settings').click();
  await page.getByLabel('Schedule').selectOption('ONE_BY_ONE');
  await page.getByLabel('Previews').selectOption('NONE');
}

export const finished = (page: Page) =>
  page
    .getByText(/, drawn in /)
    .first()
    .waitFor();

/** The generations that the page shows, according to its URL. */
export function shownIds(page: Page): string[] {
  return new URLSearchParams(new URL(page.url()).hash.slice(1)).get('generation')?.split(',') ?? [];
}

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${artifacts}${name}.png`, fullPage: true });
}

/** The violations that axe-core finds on the page. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<axe.AxeResults>('axe.run()');
  expect(passes.length).toBeGreaterThan(20);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** How far the page can be scrolled sideways, in pixels. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
