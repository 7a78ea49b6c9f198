// What a plugin brings to the browser, as people meet it: commands with their dialog, controls, a part that breaks, a board, a
// page, a dashboard; in both languages.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { barriers, person, pluginServer, signIn, speak, type Person } from './browser.ts';

const data = mkdtempSync(join(tmpdir(), 'peyvand-visits-'));
type Row = Readonly<Record<string, unknown>>;

let server: InProcessServer;
let somebody: Person;
let page: Page;
const ids: string[] = [];
/** Where to put pictures for people to look at; none by default. */
const pictures = process.env['PEYVAND_PICTURES'];

beforeAll(async () => {
  server = await pluginServer([fileURLToPath(new URL('../fixtures/visits', import.meta.url))], data);
  const today = new Date().toISOString().slice(0, 10);
  for (let index = 0; index < 9; index += 1) {
    const day = index < 3 ? today : `2026-0${index - 2}-1${index}`;
    const answer = await server.request('/api/data/v9.2/visits', {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'return=representation' },
      body: JSON.stringify({ name: `Visit ${index}`, stage: (index % 2) + 1, amount: 1000 * (index + 1), day }),
    });
    ids.push(((await answer.json()) as { visitid: string }).visitid);
  }
  somebody = await person({ width: 1440, height: 900 });
  page = somebody.page;
  page.setDefaultTimeout(20_000);
  await signIn(page, server.url);
});
afterAll(async () => {
  await somebody?.stop();
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

async function picture(name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const width of [1440, 390])
    for (const scheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
    }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

const record = async (index: number): Promise<Record<string, unknown>> =>
  (await (await server.request(`/api/data/v9.2/visits(${ids[index]})`)).json()) as Record<string, unknown>;

test('a form has the plugin’s control, a box in the place of the one that breaks, and its commands', async () => {
  await page.goto(`${server.url}/app/visit/record/${ids[0]}`);
  await page.locator('.x-visit-card').getByText('Hello, Visit 0').waitFor();
  await page.getByText('9 visits so far').waitFor();
  const box = page.locator('.x-contribution-broken');
  await box.getByText('“Broken part” cannot be shown').waitFor();
  expect(await box.textContent()).toContain('visits');
  // One of a plugin that is not here is not there at all.
  expect(await page.locator('x-plugin-control').count()).toBe(2);
  await page.locator('[data-command="visits.close"]').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('form-en');
  // Told in the console once, however often it is tried.
  await box.getByRole('button', { name: 'Try again' }).click();
  await box.getByText('“Broken part” cannot be shown').waitFor();
  expect(somebody.errors.filter((text) => text.includes('no such luck'))).toHaveLength(1);
  somebody.errors.length = 0;
});

test('a command asks what its operation needs, shows refusals beside the field, and the form follows', async () => {
  await page.locator('[data-command="visits.close"]').click();
  const dialog = page.locator('dialog[open]');
  const outcome = dialog.getByRole('textbox', { name: 'Outcome' });
  await outcome.fill('ok');
  // What the record says stands there first; constants are not shown.
  expect(await dialog.getByLabel('Amount').inputValue()).toContain('1,000');
  expect(await dialog.getByText('Source').count()).toBe(0);
  await dialog.getByRole('combobox', { name: 'Colleague' }).waitFor();
  await dialog.getByRole('button', { name: 'Close visit' }).click();
  await dialog.locator('.x-field-error').getByText('Say a little more about the outcome.').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('dialog-en');
  await outcome.fill('They bought it');
  await page.keyboard.press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Close visit: done').waitFor();
  await page.getByText('They bought it (app)').waitFor();
  // Its condition does not hold any more.
  await page.locator('[data-command="visits.close"]').waitFor({ state: 'detached' });
  expect(await record(0)).toMatchObject({ stage: 3, amount: 1000 });
});

test('a command that fails says so and whose it is; the palette has commands too', async () => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Break');
  await page.getByRole('option', { name: 'Break' }).waitFor();
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  await dialog.getByRole('button', { name: 'Break' }).click();
  await page
    .locator('.x-toast-error')
    .getByText('“Break” of the plugin “visits” did not work: the wheel came off')
    .waitFor();
  expect(somebody.errors.filter((text) => text.includes('wheel'))).toHaveLength(1);
  somebody.errors.length = 0;
  await page.locator('.x-toast-error button').click();
});

test('selected rows run a command each, those that it is for', async () => {
  await page.goto(`${server.url}/app/visit/all`);
  await page.locator('.x-grid-name').first().waitFor();
  await page.locator('.x-grid [role=row] input[type=checkbox]').nth(1).check();
  await page.locator('.x-grid [role=row] input[type=checkbox]').nth(2).check();
  const bar = page.locator('.x-bulk');
  // Of the two the first is closed already.
  await bar.getByRole('button', { name: 'Close visit (1)' }).waitFor();
  await picture('rows-en');
  await bar.getByRole('button', { name: 'Greet' }).click();
  await page.getByText('Greeted 2').waitFor();
  await page.locator('.x-page-commands').getByRole('button', { name: 'Recount' }).click();
  await page.getByText('Recount: done').waitFor();
  expect(somebody.errors).toEqual([]);
});

test('a lead that seems to be known takes the account that is there, and its deal gets a sales team by the keyboard', async () => {
  const make = async (set: string, values: Record<string, unknown>): Promise<string> => {
    const answer = await server.request(`/api/data/v9.2/${set}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(values),
    });
    return /\(([0-9a-f-]{36})\)$/.exec(answer.headers.get('odata-entityid') ?? '')?.[1] ?? '';
  };
  const account = await make('accounts', { name: 'Known Ltd' });
  const lead = await make('leads', { subject: 'Forty carpets', companyname: 'Known Ltd', lastname: 'Rad' });
  await page.goto(`${server.url}/app/lead/record/${lead}`);
  await page.locator('[data-command="sales.qualify"]').click();
  const asked = page.locator('dialog[open]');
  await asked.getByText('Make an opportunity').waitFor();
  await page.keyboard.press('Control+Enter');
  const known = asked.filter({ hasText: 'Known Ltd' }).last();
  // The focus stands on the first that is there.
  await known.getByRole('button', { name: 'Use this one' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Qualify: done').waitFor();
  const row = async (path: string) =>
    (await (await server.request(`/api/data/v9.2/${path}`)).json()) as Record<string, unknown>;
  const qualified = await row(`leads(${lead})`);
  expect(qualified['_parentaccountid_value']).toBe(account);
  const deal = String(qualified['_qualifyingopportunityid_value']);
  await page.goto(`${server.url}/app/opportunity/record/${deal}`);
  await page.getByRole('button', { name: 'Add a member' }).press('Enter');
  await asked.getByRole('combobox', { name: 'Who' }).waitFor();
  await page.keyboard.type('admin');
  await asked.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => asked.getByRole('combobox', { name: 'Who' }).inputValue()).not.toBe('admin');
  await page.keyboard.press('Control+Enter');
  const role = page.locator('.x-team').getByRole('combobox', { name: /^Role/ });
  await role.selectOption({ label: 'Sales engineer' });
  const members = `opportunityteammembers?$filter=_opportunityid_value eq ${deal}`;
  await expect.poll(async () => ((await row(members))['value'] as Row[])[0]?.['teamrole']).toBe(2);
  await page.getByRole('button', { name: /^Take .* out of the team/ }).press('Enter');
  await asked.getByRole('button', { name: 'Take out of the team' }).press('Enter');
  await page.getByText('Nobody works on this deal').waitFor();
  expect(somebody.errors).toEqual([]);
});

test('cards of a board go to the next column by the keyboard, and counts and sums with them', async () => {
  await page.goto(`${server.url}/app/visit/board`);
  const column = (title: string) =>
    page.locator('.x-board-column').filter({ has: page.getByRole('heading', { name: title }) });
  const card = page.getByRole('link', { name: 'Visit 1', exact: true });
  await card.waitFor();
  expect(await column('Under way').locator('.x-count').textContent()).toBe('4');
  expect(await barriers(page)).toEqual([]);
  await picture('board-en');
  await card.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByText('Visit 1 is now in Closed.').waitFor();
  expect(await column('Closed').getByRole('link').allTextContents()).toContain('Visit 1');
  expect(await column('Closed').locator('.x-count').textContent()).toBe('2');
  expect(await column('Closed').locator('.x-board-sum').textContent()).toBe('3,000');
  expect(await record(1)).toMatchObject({ stage: 3 });
  // It still has the focus, and goes back.
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(async () => (await record(1))['stage']).toBe(2);
});

test('a card that somebody else has changed meanwhile is not moved over it', async () => {
  await server.request(`/api/data/v9.2/visits(${ids[3]})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stage: 3 }),
  });
  await page.getByRole('button', { name: 'Move Visit 3' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Planned' }).click();
  await page.getByText('Somebody else has changed Visit 3 meanwhile. The board was read again.').waitFor();
  expect(await record(3)).toMatchObject({ stage: 3 });
  await page.locator('.x-toast-error button').click();
});

test('a dashboard shows figures, charts, lists and texts, and leads to the rows behind them', async () => {
  await page.goto(`${server.url}/dashboard/visits`);
  await page.getByRole('link', { name: 'All visits: 9' }).waitFor();
  await page
    .locator('.x-tile-change')
    .getByText('Nothing last month')
    .or(page.locator('.x-tile-change'))
    .first()
    .waitFor();
  await page.locator('.x-tile').filter({ hasText: 'Amount by month' }).locator('.x-chart-link').first().waitFor();
  await page.locator('.x-tile-rows').getByRole('link', { name: 'Visit 0' }).waitFor();
  await expect.poll(() => page.locator('.x-chart').count()).toBe(5);
  expect(await barriers(page)).toEqual([]);
  await picture('dashboard-en');
  await page.getByRole('button', { name: 'As a table' }).first().click();
  await page.locator('.x-chart-table').getByRole('rowheader', { name: 'Jan 2026' }).waitFor();
  await page
    .getByRole('link', { name: /^Closed: [\d,]+$/ })
    .first()
    .click();
  await page.locator('.x-chip').waitFor();
  await expect.poll(() => page.locator('.x-count').first().textContent()).toBe('2');
});

test('a plugin’s page stands in the site map', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'About visits' }).click();
  await page.getByText('9 visits so far').waitFor();
  expect(new URL(page.url()).pathname).toBe('/page/visits.about');
  expect(await barriers(page)).toEqual([]);
});

test('business rules act as one types: shown, required, locked, fewer choices, advice, refusals; the server says the same', async () => {
  await page.goto(`${server.url}/app/visit/record/${ids[8]}`);
  const field = (name: string) => page.locator('x-form-field').filter({ has: page.getByText(name, { exact: true }) });
  const outcome = field('Outcome');
  const edit = async (name: string, text: string) => {
    await field(name).locator('.x-field-edit').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  };
  await page.locator('.x-contribution-broken').waitFor();
  await outcome.waitFor();
  await edit('Amount', '60000');
  await outcome.waitFor({ state: 'detached' });
  await page.getByText('Split a visit as large as this.').waitFor();
  await field('Stage').last().locator('.x-field-edit').click();
  const offered = await field('Stage').last().locator('option').allTextContents();
  expect(offered.map((one) => one.trim())).toEqual(expect.not.arrayContaining(['Closed']));
  await edit('Amount', '-5');
  await page.getByText('A visit brings something: give an amount above zero.').first().waitFor();
  await edit('Amount', '5');
  await page.getByText('A visit brings something').waitFor({ state: 'detached' });
  // Closed: the outcome comes and is asked for, the day is locked, the form's own rule takes the broken part away.
  await field('Stage').last().locator('.x-field-edit').click();
  await field('Stage').last().locator('select').selectOption('3');
  await outcome.waitFor();
  await page.locator('.x-contribution-broken').waitFor({ state: 'detached' });
  await field('Day').locator('.x-field-lock').waitFor();
  await page.keyboard.press('Control+s');
  await page.locator('.x-form-errors').getByRole('link', { name: 'Outcome' }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('rules-en');
  await page.locator('.x-form-errors').getByRole('link', { name: 'Outcome' }).click();
  await page.keyboard.type('They bought it.');
  await page.keyboard.press('Control+s');
  await expect.poll(async () => (await record(8))['outcome']).toBe('They bought it.');
  const asked = (body: object, language = 'en') =>
    server.request(`/api/data/v9.2/visits(${ids[7]})`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'accept-language': language },
      body: JSON.stringify(body),
    });
  for (const body of [{ stage: 3, amount: 5 }, { amount: 60000, stage: 3, outcome: 'x' }, { amount: -1 }])
    expect((await asked(body)).status).toBe(400);
  expect(await (await asked({ amount: -1 })).text()).toContain('give an amount above zero');
});

test('all of it in Persian, from right to left', async () => {
  await speak(page, 'fa');
  await page.goto(`${server.url}/dashboard/visits`);
  await page.getByRole('link', { name: 'همهٔ بازدیدها: ۹' }).waitFor();
  await page.locator('.x-tile').filter({ hasText: 'مبلغ به تفکیک ماه' }).locator('.x-chart-link').first().waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('dashboard-fa');
  await page.goto(`${server.url}/app/visit/board`);
  const card = page.getByRole('link', { name: 'Visit 2', exact: true });
  await card.focus();
  // The next column is to the left.
  await page.keyboard.press('Shift+ArrowLeft');
  await page.getByText('Visit 2 اکنون در «در جریان» است.').waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('board-fa');
  await page.goto(`${server.url}/app/visit/record/${ids[4]}`);
  await page.getByText('سلام، Visit 4').waitFor();
  await page.getByText('«بخش خراب» نشان داده نمی‌شود').waitFor();
  await page.getByRole('button', { name: 'بستن بازدید' }).click();
  await page.locator('dialog[open]').getByRole('textbox', { name: 'نتیجه' }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await picture('dialog-fa');
  await speak(page, 'en');
});

test('the navigation follows at once when an administrator switches a plugin off and on', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${server.url}/admin/plugins`);
  const place = page.locator('nav a[href="/app/visit"]');
  await place.waitFor();
  const onOff = page.locator('tr', { hasText: /visits \d/ }).getByRole('switch');
  await onOff.uncheck();
  await place.waitFor({ state: 'detached' });
  await onOff.check();
  await place.waitFor();
});
