// A person at a browser for the end-to-end tests: a Chromium, in a context of their own, signed in to a real server, and axe.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Cookie, type Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { ADMIN_EMAIL, ADMIN_PASSWORD, testServer, type InProcessServer } from '../support/server.ts';

export interface Person extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the page: exceptions, refused content, failed scripts. */
  readonly errors: string[];
  stop(): Promise<void>;
}

export interface PersonOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly touch?: boolean;
}

/** Builds the app as `peyvand start` does, in a process of its own: this one runs in the mode of tests. */
function build(plugins: readonly string[] = [], data = ''): string {
  const { VITEST: _vitest, NODE_ENV: _mode, ...environment } = process.env;
  const bundle = new URL('../../runtime/cli/bundle.ts', import.meta.url).href;
  const options = plugins.length === 0 ? 'undefined' : JSON.stringify({ plugins, data });
  const script = `console.log(await (await import(${JSON.stringify(bundle)})).ensureBundle(() => {}, ${options}))`;
  const built = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: environment,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  return built.stdout.trim();
}

export function appServer(environment: Readonly<Record<string, string>> = {}): Promise<InProcessServer> {
  build();
  return testServer(environment);
}

/** With plugins that lie elsewhere; `data` is where the bundle made for them goes. */
export function pluginServer(plugins: readonly string[], data: string): Promise<InProcessServer> {
  return testServer({ PEYVAND_PLUGINS: plugins.join(',') }, build(plugins, data));
}

let browser: Promise<Browser> | undefined;
afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

/** Somebody with a browser of their own: no cookies, nothing kept. */
export async function person(options: PersonOptions = {}): Promise<Person> {
  browser ??= chromium.launch({ executablePath: findChromium().path, args: [...chromiumArguments], headless: true });
  const context = await (
    await browser
  ).newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    hasTouch: options.touch === true,
    isMobile: options.touch === true,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A refused request is the answer under test; what matters is refused content and exceptions.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  const stop = () => context.close();
  return { page, context, errors, stop, [Symbol.asyncDispose]: stop };
}

/** Cookies of the administrator's sign-in on each server: what is tested here comes after it. */
const signedIn = new Map<string, Cookie[]>();

/** Signs the administrator in, with the keyboard the first time. */
export async function signIn(page: Page, url: string): Promise<void> {
  const cookies = signedIn.get(url);
  if (cookies) await page.context().addCookies(cookies);
  await page.goto(`${url}/`);
  const grid = page.getByRole('grid');
  const password = page.locator('#password');
  await grid.or(password).first().waitFor();
  if (await grid.isVisible()) return;
  await givePassword(page, ADMIN_EMAIL, ADMIN_PASSWORD);
  await grid.waitFor();
  signedIn.set(url, await page.context().cookies());
}

/** On the sign-in page, with the keyboard; what comes next is the caller's to wait for. */
export async function givePassword(page: Page, email: string, password: string): Promise<void> {
  await page.locator('#password').waitFor();
  await page.locator('#email').fill('');
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

/** Keeps language and calendar of the signed-in user on the server, as the menu does, without opening it. */
export async function speak(page: Page, language: 'en' | 'fa'): Promise<void> {
  await page.evaluate(async (chosen) => {
    const calendar = chosen === 'fa' ? 'persian' : 'gregory';
    await fetch('/api/me', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ language: chosen, calendar }),
    });
  }, language);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/**
 * What axe finds on the page as it stands, as readable lines; empty when all is well. Rules are told by `violations` alone: a
 * list of all that passed takes longer to hand over than to find. What would be fetched again (`preload`) is asked by rules of
 * sounds only.
 */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const result = (await page.evaluate(
    `axe.run(document, { preload: false, resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => ({ violations }))`,
  )) as AxeResult;
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}

export interface Seeded {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  readonly contact: { readonly id: string; readonly name: string };
  readonly task: string;
}

/** A small organization, made through the API: 140 accounts, a few people, a deal and a task. */
export async function seed(server: InProcessServer): Promise<Seeded> {
  const post = async (set: string, values: object): Promise<Record<string, unknown>> => {
    const response = await server.request(`/api/data/v9.2/${set}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'return=representation' },
      body: JSON.stringify(values),
    });
    if (!response.ok) throw new Error(`${set}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const words = [
    'Northwind Traders',
    'Contoso',
    'شرکت توسعه‌ی کاوه',
    'Fabrikam',
    'Litware',
    'گروه صنعتی البرز',
    'Tailspin',
  ];
  const accounts = await Promise.all(
    Array.from({ length: 140 }, async (_, index) => {
      const name = `${words[index % words.length]} ${String(index + 1).padStart(3, '0')}`;
      const row = await post('accounts', {
        name,
        telephone1: `+49 30 55${1000 + index}`,
        address1_city: index % 2 === 0 ? 'Berlin' : 'Tehran',
        industrycode: 1 + (index % 12),
      });
      return { id: String(row['accountid']), name };
    }),
  );
  const sorted = accounts.toSorted((a, b) => a.name.localeCompare(b.name));
  const first = sorted[0];
  if (!first) throw new Error('no account was made');
  const contact = await post('contacts', {
    firstname: 'Ada',
    lastname: 'Lovelace',
    'parentcustomerid_account@odata.bind': `/accounts(${first.id})`,
  });
  const task = await post('tasks', {
    subject: 'Call back about the offer',
    'regardingobjectid_account@odata.bind': `/accounts(${first.id})`,
  });
  return {
    accounts: sorted,
    contact: { id: String(contact['contactid']), name: String(contact['fullname']) },
    task: String(task['activityid']),
  };
}
