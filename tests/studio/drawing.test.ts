import { describe, expect, it } from 'vitest';
import { chromium } from '../support/browser.js';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';
import { keepCompany } from '../support/studio/company.js';
import {
  askForSlowOne,
  chooseLabel,
  draw,
  finished,
  keepScreenshot,
  shownIds,
  useBrowser,
  eventually,
} from '../support/studio/page.js';

describe.skipIf(chromium === undefined)('drawing on the page', () => {
  const running = useServer({ models: builtInModels });
  const open = useBrowser();
  const address = () => running().server.address;
  const generationOf = (id: string | undefined) => {
    const generation = running().engine.find(id ?? '');
    if (!generation) throw new Error(`the server does not know ${id ?? 'what is shown'}`);
    return generation;
  };

  it('shows the cells as they are decoded, and can go back through the steps', async () => {
    const page = await open(address(), { reducedMotion: 'no-preference' });
    await page.evaluate(`
      // A frame is of 40 ms to the page, however long this machine takes for it: less than a step at its pace.
      let [time, last] = [performance.now(), 0];
      performance.now = () => time;
      const nextFrame = globalThis.requestAnimationFrame;
      globalThis.requestAnimationFrame = (callback) => nextFrame((now) => {
        if (now !== last) [time, last] = [time + 40, now];
        callback(time);
      });
      globalThis.seen = [];
      new MutationObserver(() => {
        const known = /^(\\d+) of/.exec(document.querySelector('canvas')?.getAttribute('aria-label') ?? '')?.[1];
        if (known && known !== seen.at(-1)) seen.push(known);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    `);
    await draw(page, 'fox');
    const stage = page.getByRole('img', { name: 'All 256 cells are decoded.' });
    await stage.waitFor();
    await finished(page);
    const seen = (await page.evaluate<string[]>('seen')).map(Number);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const whole = await stage.screenshot();

    const slider = page.getByRole('slider', { name: 'Step' });
    await slider.fill('30');
    const { log } = generationOf(shownIds(page)[0]);
    let decoded = 0;
    for await (const event of log.follow()) {
      if (event.type === 'step' && event.step <= 30) decoded += event.images[0]?.positions.length ?? 0;
    }
    const earlier = page.getByRole('img', { name: `${decoded} of 256 cells decoded` });
    await earlier.waitFor();
    await page.getByText(/^Step 30 of 88: /).waitFor();
    expect((await earlier.screenshot()).equals(whole)).toBe(false);

    await page.getByRole('radio', { name: 'Confidence' }).check();
    await page.getByText('uncertain').waitFor();
    await keepScreenshot(page, 'confidence');
    await slider.fill('88');
    await page.getByRole('radio', { name: 'Order' }).check();
    await keepScreenshot(page, 'order');
  });

  it('works with the keyboard alone', async () => {
    const page = await open(address(), { reducedMotion: 'no-preference' });
    await page.getByRole('combobox', { name: 'What to draw' }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('rainb');
    // Pressed at once: it must pick from the results for the complete text, however late they arrive.
    await page.keyboard.press('Enter');
    await eventually(() => page.getByRole('combobox', { name: 'What to draw' }).inputValue()).toBe('Rainbow');
    await page.keyboard.press('Enter');
    await page
      .getByText(/^Rainbow, drawn in /)
      .first()
      .waitFor();
    await page.getByRole('img', { name: 'All 256 cells are decoded.' }).waitFor();
    await page.getByRole('slider', { name: 'Step' }).focus();
    await page.keyboard.press('Home');
    await page.getByRole('img', { name: 'none decoded yet' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Step 1 of 88/).waitFor();
  });

  it('finds labels by their symbol', async () => {
    const page = await open(address());
    await chooseLabel(page, '🦊');
    await eventually(() => page.getByRole('combobox', { name: 'What to draw' }).inputValue()).toBe('Fox');
  });

  it('stops a cancelled generation, and says so', async () => {
    const page = await open(address());
    await keepCompany(address());
    await askForSlowOne(page);
    await draw(page);
    await page.getByText(/is being drawn: step \d/).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page
      .getByText(/was cancelled after step \d+ of 256/)
      .first()
      .waitFor();
    expect(generationOf(shownIds(page)[0]).status).toBe('cancelled');
  });

  it('continues after a reload, with every step', async () => {
    const page = await open(address());
    const company = await keepCompany(address());
    await askForSlowOne(page);
    await draw(page);
    await page.getByText(/is being drawn: step \d/).waitFor();
    const [id] = shownIds(page);
    expect(generationOf(id).status).toBe('running');
    await page.reload();
    await page.getByText(/is being drawn: step \d/).waitFor();
    await company.leave();
    await finished(page);
    expect(shownIds(page)).toEqual([id]);
    await page.getByRole('img', { name: 'All 256 cells are decoded.' }).waitFor();
    expect(await page.locator('.timeline rect').count()).toBe(256);
    await page.getByRole('radio', { name: '3', exact: true }).check();
    await page.getByRole('img', { name: 'All 256 cells are decoded.' }).waitFor();
  });

  it('shows problems beside each field, and draws when they are fixed', async () => {
    const page = await open(address());
    await page.getByLabel('Steps').fill('999');
    await page.getByLabel('Pictures').fill('40');
    await draw(page);
    await page.getByText('Some settings are not valid').waitFor();
    const steps = page.getByLabel('Steps');
    expect(await steps.getAttribute('aria-invalid')).toBe('true');
    await page.getByText('Expected a whole number from 1 to 256, got 999.').waitFor();
    await page.getByText('Expected a whole number from 1 to 16, got 40.').waitFor();
    await keepScreenshot(page, 'problems');
    await steps.fill('12');
    await page.getByLabel('Pictures').fill('1');
    await page.getByRole('button', { name: 'Draw', exact: true }).click();
    await finished(page);
    expect(await steps.getAttribute('aria-invalid')).toBeNull();
  });

  it('gives the exact input as GraphQL, curl and client code', async () => {
    const page = await open(address(), { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByLabel('Steps').fill('12');
    await page.getByLabel('Seed').fill('7');
    await draw(page);
    await finished(page);
    await page.getByText('Copy as code').click();
    const texts: string[] = [];
    for (const language of ['GraphQL', 'curl', 'Client']) {
      await page.getByRole('radio', { name: language, exact: true }).check();
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByText('Copied.').waitFor();
      texts.push(await page.evaluate<string>('navigator.clipboard.readText()'));
    }
    expect(texts[0]).toContain('seed: 7\n');
    expect(texts[1]).toContain(`curl -N '${address()}/graphql'`);
    expect(texts[1]).toContain('"seed":7,"steps":12');
    expect(texts[2]).toContain('client.generate(input)');
  });

  it('compares two orders with the same seed, step by step', async () => {
    const page = await open(address());
    await page.getByRole('radio', { name: 'Compare' }).check();
    await page.getByLabel('Second order').selectOption('SPIRAL');
    await draw(page, 'heart', 'Draw both');
    await eventually(() => page.locator('.status').filter({ hasText: 'drawn in' }).count()).toBe(2);
    for (const order of ['Random', 'Spiral']) {
      await page
        .locator('.status')
        .filter({ hasText: new RegExp(`^${order} order: .*, drawn in `) })
        .waitFor();
    }
    const [one, other] = shownIds(page).map(generationOf);
    expect(one?.request.seed).toBe(other?.request.seed);
    expect(one?.tokens).not.toEqual(other?.tokens);
    await page.getByRole('slider', { name: 'Step' }).fill('40');
    await eventually(() => page.getByText(/^Step 40 of 88/).count()).toBe(2);
    await keepScreenshot(page, 'compare');
  });

  it('shows what others drew, with its exact input', async () => {
    const page = await open(address());
    const other = await open(address());
    await other.getByLabel('Order of cells').selectOption('SPIRAL');
    await other.getByText('More settings').click();
    await other.getByLabel('Temperature').fill('0.5');
    await draw(other, 'ghost');
    await finished(other);
    await page.reload();
    const gallery = page.getByRole('region', { name: 'Gallery' });
    await gallery.getByRole('button', { name: /Ghost/ }).first().click();
    await page
      .getByText(/^Ghost, drawn in /)
      .first()
      .waitFor();
    await page.getByText('Copy as code').click();
    const operation = page.getByRole('region', { name: 'Operation' });
    await operation.getByText('kind: SPIRAL').waitFor();
    expect(await operation.textContent()).toContain('temperature: 0.5\n');
    await gallery.getByRole('radio', { name: 'Mine' }).check();
    await gallery.getByText('Finished pictures appear here.').waitFor();
  });
});
