// Two browsers: what one saves appears in the other's open list and form, without moving what its user is doing.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, signIn, speak, type Person } from './browser.ts';

let server: InProcessServer;
let watcher: Person;
let writer: Person;
/** Where to put pictures for people to look at; none by default. */
const pictures = process.env['PEYVAND_PICTURES'];

beforeAll(async () => {
  server = await appServer();
  [watcher, writer] = await Promise.all([person(), person()]);
  for (const { page } of [watcher, writer]) {
    page.setDefaultTimeout(20_000);
    await signIn(page, server.url);
  }
}, 120_000);
afterAll(async () => {
  const errors = [...(watcher?.errors ?? []), ...(writer?.errors ?? [])];
  await Promise.all([watcher?.stop(), writer?.stop()]);
  await server?.stop();
  expect(errors).toEqual([]);
});

async function send(method: string, path: string, values?: object): Promise<string> {
  const response = await server.request(`/api/data/v9.2/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(values && { body: JSON.stringify(values) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return /\(([^)]+)\)/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

/** Shows a page whose changes are heard of. */
async function open(page: Page, path: string): Promise<void> {
  const listening = page.waitForResponse((response) => response.url().includes('/api/events?'));
  await page.goto(`${server.url}${path}`);
  expect((await listening).status()).toBe(200);
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const width of [1440, 390])
    for (const scheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
    }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}

test('a row that somebody saves changes where it stands; new ones wait behind a chip, gone ones are struck through', async () => {
  const { page } = watcher;
  const ids = await Promise.all(
    ['One', 'Two', 'Three'].map((name) => send('POST', 'accounts', { name: `Live ${name}` })),
  );
  await open(page, '/app/account/active?search=Live');
  await page.locator('.x-grid-name').nth(2).waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  const active = await page.getByRole('grid').getAttribute('aria-activedescendant');

  await writer.page.goto(`${server.url}/app/account/record/${ids[0]}`);
  await writer.page.locator('#f-name').focus();
  await writer.page.keyboard.press('Control+a');
  await writer.page.keyboard.type('Live One Renamed');
  await writer.page.keyboard.press('Control+s');
  await page.getByText('Live One Renamed').waitFor();

  await send('POST', 'accounts', { name: 'Live Four' });
  await send('DELETE', `accounts(${ids[1]})`);
  await page.getByRole('button', { name: '1 new, 1 gone: load' }).waitFor();
  expect(await page.locator('.x-grid-row.x-gone').innerText()).toContain('Live Two');
  expect(await page.getByText('Live Four').count()).toBe(0);
  // Nothing has moved.
  expect(await page.getByRole('grid').getAttribute('aria-activedescendant')).toBe(active);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'live-list-en');
  await page.getByRole('button', { name: '1 new, 1 gone: load' }).click();
  await page.getByText('Live Four').waitFor();
  expect(await page.getByText('Live Two').count()).toBe(0);
  expect(await page.locator('.x-live-chip').count()).toBe(0);
});

test('an open form takes what somebody else saved, keeps what is typed, and says that the record is gone', async () => {
  const { page } = watcher;
  const id = await send('POST', 'accounts', { name: 'Live Form', telephone1: '+49 1', sic: 'a' });
  await open(page, `/app/account/record/${id}`);
  await page.locator('#f-name').waitFor();
  await send('PATCH', `accounts(${id})`, { telephone1: '+49 2' });
  await page.getByText('has just saved this record').waitFor();
  await page.getByText('+49 2').first().waitFor();
  await picture(page, 'live-form-en');

  // Both change the name; somebody else also the phone, which comes in.
  await page.locator('#f-name').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Mine');
  await send('PATCH', `accounts(${id})`, { name: 'Theirs', telephone1: '+49 3' });
  await page.getByText('Your text stays').waitFor();
  await page.getByText('+49 3').first().waitFor();
  expect(await page.locator('#f-name').inputValue()).toBe('Mine');
  expect(await page.locator('x-form-field[data-live=conflict] #f-name').count()).toBe(1);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'live-conflict-en');
  await page.keyboard.press('Control+s');
  const dialog = page.locator('dialog[open]').last();
  await dialog.waitFor();
  expect(await dialog.innerText()).toContain('Theirs');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await speak(page, 'fa');
  await send('DELETE', `accounts(${id})`);
  await page.getByText('This record is no longer there').waitFor();
  expect(await page.locator('x-form-field[data-live=conflict]').innerText()).toContain('Mine');
});

test('the same in Persian, from right to left', async () => {
  const { page } = watcher;
  await speak(page, 'fa');
  const id = await send('POST', 'accounts', { name: 'زنده' });
  page.once('dialog', (asked) => void asked.accept());
  await open(page, '/app/account/active?search=زنده');
  await page.getByText('زنده').first().waitFor();
  await send('POST', 'accounts', { name: 'زنده دو' });
  await page.getByRole('button', { name: '۱ مورد تازه: بارگیری' }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'live-list-fa');
  await open(page, `/app/account/record/${id}`);
  await page.locator('#f-name').waitFor();
  await send('PATCH', `accounts(${id})`, { name: 'زنده باد' });
  await page.getByText('مقدارهای تازه را می‌بینید').waitFor();
  await picture(page, 'live-form-fa');
  expect(await barriers(page)).toEqual([]);
});
