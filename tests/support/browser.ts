import { existsSync } from 'node:fs';
import { chromium as engine, type Browser } from 'playwright-core';

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Only a hang should take this long, even on a slow or busy machine. */
export const patienceMs = 120_000;

/** The browser to use; undefined without one, which fails in CI (`.ci/run` installs one). */
export const chromium: string | undefined = find();

function find(): string | undefined {
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found !== undefined) return found;
  if (process.env.CI) throw new Error('There is no Chromium: install it, or name one by CHROMIUM.');
  console.warn('There is no Chromium: tests in a browser are left out. Name one by CHROMIUM to have them run.');
  return undefined;
}

/** A browser with its own profile; `close()` ends it. */
export async function launchBrowser(): Promise<Browser> {
  if (chromium === undefined) throw new Error('There is no Chromium on this machine.');
  return engine.launch({ executablePath: chromium, args: flags, timeout: patienceMs });
}
