// The search in the browser: results as one types, from the keyboard, in Persian letters that others wrote differently; and the
// page with everything that was found.
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, signIn, speak } from './browser.ts';

let server: InProcessServer;
const json = { 'content-type': 'application/json' };
async function make(set: string, values: object): Promise<void> {
  const body = JSON.stringify(values);
  const response = await server.request(`/api/data/v9.2/${set}`, { method: 'POST', headers: json, body });
  expect(response.status).toBe(204);
}

beforeAll(async () => {
  server = await appServer();
  await make('accounts', { name: 'شركت مهندسي كاوه', accountnumber: 'K-100' });
  await make('accounts', { name: 'Kaveh Industries', emailaddress1: 'info@kaveh.example' });
  for (let index = 0; index < 12; index += 1) await make('accounts', { name: `Northwind branch ${index}` });
  await make('contacts', { firstname: 'سعید', lastname: 'کاوه‌ای', jobtitle: 'مدیر' });
  await make('contacts', { firstname: 'Ada', lastname: 'Lovelace', emailaddress1: 'ada@northwind.example' });
}, 120_000);
afterAll(() => server?.stop());

/** Kept where somebody asks to look at the pages. */
const shots = process.env['PEYVAND_SHOTS'];

test('in Persian: a few keys find and open a record, and the page of results shows everything by entity', async () => {
  await using someone = await person({ width: 1280 });
  const { page, errors } = someone;
  const shoot = async (name: string): Promise<void> => {
    if (shots === undefined) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/${name}.png` });
  };
  await signIn(page, server.url);
  await speak(page, 'fa');
  await page.reload();
  await page.getByRole('grid').waitFor();
  await page.keyboard.press('/');
  await page.getByRole('combobox').fill('کاوه');
  const option = (name: RegExp) => page.getByRole('option', { name });
  await option(/شركت مهندسي كاوه/).waitFor();
  await option(/کاوه‌ای/).waitFor();
  expect(await page.locator('.x-palette mark').allTextContents()).toEqual(['كاوه', 'کاوه']);
  expect(await barriers(page)).toEqual([]);
  await shoot('palette-fa');
  // One wrong letter of the same sound, and another query than the one before.
  await page.getByRole('combobox').fill('مهندصی');
  await option(/شركت مهندسي كاوه/).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/app\/account\/record\//);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('northwind');
  await option(/همه‌ی نتیجه‌ها/).waitFor();
  expect(await page.locator('.x-palette .x-hit-detail mark').allTextContents()).toEqual(['northwind']);
  await option(/همه‌ی نتیجه‌ها/).click();
  await page.waitForURL(/\/app\/search\?q=northwind/);
  await page.getByRole('link', { name: /Northwind branch 11/ }).waitFor();
  expect(await page.locator('.x-search-group').count()).toBe(2);
  expect(await barriers(page)).toEqual([]);
  await shoot('search-fa');
  await page.locator('.x-search-facets button').nth(1).click();
  await page.waitForURL(/entity=account/);
  await page.getByRole('link', { name: /Northwind branch 0/ }).waitFor();
  expect(await page.locator('.x-search-group a').count()).toBe(12);
  await page.getByRole('searchbox').fill('kaveh');
  await page.getByRole('link', { name: /Kaveh Industries/ }).waitFor();
  expect(page.url()).toContain('q=kaveh');
  await page.getByRole('link', { name: /Kaveh Industries/ }).click();
  await page.waitForURL(/\/app\/account\/record\//);
  if (shots !== undefined) {
    await speak(page, 'en');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${server.url}/app/search?q=northwind`);
    await page.getByRole('link', { name: /Northwind branch 11/ }).waitFor();
    await shoot('search-en-dark');
    await page.setViewportSize({ width: 390, height: 800 });
    await shoot('search-en-dark-390');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('north');
    await option(/All results/).waitFor();
    await shoot('palette-en-dark-390');
  }
  expect(errors).toEqual([]);
});
