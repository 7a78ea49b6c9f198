// A page of a real browser, signed in to the test's own server. Playwright is asked for only here: who has none still runs all
// other tests.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { fail } from './errors.ts';

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const places = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findBrowser(): string | undefined {
  const named = process.env['PEYVAND_TEST_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [
    ...(named === undefined ? [] : [named]),
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...places,
  ].find(isProgram);
}

/**
 * Why no browser can be driven here, and what to do; undefined where one can. For `test('…', { skip: noBrowser() }, …)`.
 */
export function noBrowser(): string | false {
  if (findBrowser() === undefined)
    return 'There is no Chromium. Install one (Debian: apt-get install chromium), or name it in PEYVAND_TEST_CHROMIUM.';
  try {
    import.meta.resolve('playwright-core');
    return false;
  } catch {
    return 'There is no playwright-core. Install it beside Peyvand: npm install --save-dev playwright-core';
  }
}

export async function openBrowser(): Promise<Browser> {
  const reason = noBrowser();
  const executablePath = findBrowser();
  if (reason !== false || executablePath === undefined) throw fail('KIT_NO_BROWSER', { reason: String(reason) });
  const { chromium } = await import('playwright-core');
  // Root needs --no-sandbox: Chromium refuses otherwise.
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--no-first-run'];
  return chromium.launch({ executablePath, args, headless: true });
}

/** In a context of its own, with the cookies of a sign-in. */
export async function signedInPage(
  browser: Browser,
  url: string,
  email: string,
  password: string,
  options: PageOptions,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    baseURL: url,
  });
  const signedIn = await context.request.post(`${url}/api/auth/sign-in/email`, {
    headers: { origin: url },
    data: { email, password },
  });
  if (!signedIn.ok()) throw new Error(`sign-in as ${email}: ${signedIn.status()} ${await signedIn.text()}`);
  return context.newPage();
}
