// Many records at once in the browser: changed, taken back, out to a file and in again, in both languages.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { cellsOf, savedAgain } from '../support/spreadsheet.ts';
import { appServer, barriers, person, signIn, speak, type Person } from './browser.ts';

let server: InProcessServer;
let somebody: Person;
let page: Page;
/** Where to put pictures for people to look at; none by default. */
const pictures = process.env['PEYVAND_PICTURES'];

beforeAll(async () => {
  server = await appServer();
  for (let index = 0; index < 6; index += 1)
    await server.request('/api/data/v9.2/accounts', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Bulk ${index}`, address1_city: 'Berlin', numberofemployees: index + 1 }),
    });
});
afterAll(() => server?.stop());
beforeEach(async () => {
  somebody = await person({ ...(pictures !== undefined && { width: 1440, height: 900 }) });
  page = somebody.page;
  page.setDefaultTimeout(20_000);
  await signIn(page, server.url);
});
afterEach(async () => {
  const { errors } = somebody;
  await speak(page, 'en').catch(() => undefined);
  await somebody.stop();
  expect(errors).toEqual([]);
});

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const width of [1440, 390])
    for (const scheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
    }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

const dialog = () => page.locator('dialog[open]').last();
const card = () => page.locator('.x-job-card').last();

async function openList(): Promise<void> {
  await page.goto(`${server.url}/app/account`);
  await page.locator('.x-grid-name').first().waitFor();
}

async function cities(): Promise<string[]> {
  const answer = await server.request('/api/data/v9.2/accounts?$select=name,address1_city&$orderby=name');
  return ((await answer.json()) as { value: { address1_city: string }[] }).value.map((row) => row.address1_city);
}

test('all of a list get a value, and undo takes it back', async () => {
  await openList();
  await page.locator('.x-grid [role=row] input[type=checkbox]').nth(1).check();
  const bar = page.locator('.x-bulk');
  await bar.getByRole('button', { name: 'Select all 6 of the list' }).click();
  await bar.getByText('All 6 of the list').waitFor();
  await picture('bulk-bar-en');
  await bar.getByRole('button', { name: 'Edit' }).click();
  await dialog().getByLabel('Add a field').selectOption({ label: 'Address 1: city' });
  await dialog().getByRole('textbox', { name: 'Address 1: city' }).fill('Tehran');
  await picture('bulk-edit-en');
  await dialog().getByRole('button', { name: 'Next' }).click();
  await dialog().getByText('6 records will be changed.').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('bulk-confirm-en');
  await dialog().getByRole('button', { name: 'Change', exact: true }).click();
  await card().getByText('Done · 6 of 6').waitFor();
  expect(await cities()).toEqual(Array.from({ length: 6 }, () => 'Tehran'));
  await picture('bulk-card-en');
  expect(await barriers(page)).toEqual([]);
  await card().getByRole('button', { name: 'Undo' }).click();
  await card().getByText('Undo: Accounts').waitFor();
  await card().getByText('Done · 6 of 6').waitFor();
  expect(await cities()).toEqual(Array.from({ length: 6 }, () => 'Berlin'));
  await page.goto(`${server.url}/app/my-jobs`);
  await page.getByText('Done · 6 of 6 · Undone').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('jobs-en');
});

async function exported(menu: string, item: string, go: string): Promise<Buffer> {
  await page.getByRole('button', { name: menu }).click();
  await page.getByRole('menuitem', { name: item }).click();
  await dialog().waitFor();
  await picture(`export-${go === 'Export' ? 'en' : 'fa'}`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog().getByRole('button', { name: go, exact: true }).click(),
  ]);
  return readFileSync(await download.path());
}

const place = (bytes: Buffer, text: string): string =>
  [...cellsOf(bytes)].find(([, value]) => value === text)?.[0] ?? '';

test('a list goes out to a spreadsheet and the changed cell comes back, in Persian', async () => {
  await speak(page, 'fa');
  await openList();
  const bytes = await exported('گزینه‌های نما', 'خروجی گرفتن…', 'خروجی');
  const at = place(bytes, 'Bulk 3');
  const stale = place(bytes, 'Bulk 4');
  const changed = await savedAgain(bytes, { cells: { [at]: 'پیوند ۳', [stale]: 'پیوند ۴' } });
  const [row] = (
    (await (await server.request("/api/data/v9.2/accounts?$filter=name eq 'Bulk 4'")).json()) as {
      value: { accountid: string }[];
    }
  ).value;
  await server.request(`/api/data/v9.2/accounts(${row?.accountid})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Bulk 4 elsewhere' }),
  });
  const path = join(tmpdir(), `peyvand-import-${process.pid}.xlsx`);
  writeFileSync(path, changed);
  await page.getByRole('button', { name: 'گزینه‌های نما' }).click();
  await page.getByRole('menuitem', { name: 'ورود داده…' }).click();
  await dialog().locator('input[type=file]').setInputFiles(path);
  await dialog().getByText('۱ رکورد تغییر می‌کند').first().waitFor();
  await dialog().getByText('Bulk 4 elsewhere').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('import-fa');
  await dialog().getByRole('button', { name: 'وارد کردن' }).click();
  await card().getByText('انجام شد · ۱ از ۱').waitFor();
  await picture('import-card-fa');
  const names = (await (await server.request('/api/data/v9.2/accounts?$select=name&$orderby=name')).json()) as {
    value: { name: string }[];
  };
  expect(names.value.map(({ name }) => name).sort()).toEqual([
    'Bulk 0',
    'Bulk 1',
    'Bulk 2',
    'Bulk 4 elsewhere',
    'Bulk 5',
    'پیوند ۳',
  ]);
  await page.goto(`${server.url}/app/my-jobs`);
  await page.getByText('ورود داده: شرکت‌ها').waitFor();
  await picture('jobs-fa');
  rmSync(path);
});
