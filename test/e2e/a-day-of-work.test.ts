// A day of work in the browser on a real server: list, form, edit, conflict, quick create, Persian with a Jalali date.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, seed, signIn, speak, type Person, type Seeded } from './browser.ts';

let server: InProcessServer;
let seeded: Seeded;
let somebody: Person;
let page: Page;

beforeAll(async () => {
  server = await appServer();
  seeded = await seed(server);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  somebody = await person();
  page = somebody.page;
  page.setDefaultTimeout(15_000);
  await signIn(page, server.url);
});
afterEach(async () => {
  const { errors } = somebody;
  await speak(page, 'en').catch(() => undefined);
  await somebody.stop();
  expect(errors).toEqual([]);
});

const account = (index: number) => {
  const found = seeded.accounts[index];
  if (!found) throw new Error(`no account ${index}`);
  return found;
};

async function stored(set: string, id: string): Promise<Record<string, unknown>> {
  return (await (await server.request(`/api/data/v9.2/${set}(${id})`)).json()) as Record<string, unknown>;
}

async function openList(): Promise<void> {
  await page.goto(`${server.url}/app/account/active`);
  await page.locator('.x-grid-name').first().waitFor();
}

async function openRecord(id: string, entity = 'account'): Promise<void> {
  await page.goto(`${server.url}/app/${entity}/record/${id}`);
  await page.locator('x-record-form .x-section').first().waitFor();
}

const field = (name: string) => page.locator(`#f-${name}`);

test('a list is walked, sorted and edited with the keyboard alone, and the record opened from it', async () => {
  await openList();
  const grid = page.getByRole('grid');
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('F2');
  await page.locator('.x-grid-editing input:focus').waitFor();
  await page.keyboard.type('+49 30 777');
  await page.keyboard.press('Enter');
  await page.getByRole('gridcell', { name: '+49 30 777', exact: true }).waitFor();
  const first = await page.locator('.x-grid-name').first().getAttribute('href');
  const id = first?.split('/').at(-1) ?? '';
  await expect.poll(async () => (await stored('accounts', id))['telephone1']).toBe('+49 30 777');

  // The last edit is taken back.
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await stored('accounts', id))['telephone1']).not.toBe('+49 30 777');

  // Up into the header: Enter sorts.
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.locator('[role=columnheader][aria-sort=descending]').waitFor();
  expect(new URL(page.url()).searchParams.get('sort')).toBe('-name');

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/app\/account\/record\//);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // On to the next record of the list.
  const before = page.url();
  await page.locator('x-record-form .x-section').first().waitFor();
  await page.keyboard.press('Control+ArrowDown');
  await page.waitForURL((url) => url.href !== before);
});

test('far rows of a long list arrive when it is scrolled, in the same row elements', async () => {
  await openList();
  await page.getByRole('grid').focus();
  const slots = await page.locator('.x-grid-body > .x-grid-row').count();
  await page.keyboard.press('Control+End');
  await page.locator('.x-grid-row[aria-rowindex="141"] .x-grid-name').waitFor();
  expect(await page.locator('.x-grid-body > .x-grid-row').count()).toBe(slots);
});

test('with reduced motion a new size counts at once: the keys that go to the last row were lost as rows arrived', async () => {
  await openList();
  const [before, after] = await page.locator('.x-grid').evaluate((grid) => {
    const body = grid.querySelector<HTMLElement>('.x-grid-body');
    const measured = grid.scrollHeight;
    if (body) body.style.blockSize = `${measured + 5000}px`;
    return [measured, grid.scrollHeight];
  });
  expect(after).toBeGreaterThan((before ?? 0) + 4000);
});

test('a column is filtered by its menu, the filter is a sentence, and the address brings it back', async () => {
  await openList();
  const grid = page.getByRole('grid');
  await grid.focus();
  await page.keyboard.press('ArrowUp');
  for (let at = 0; at < 4; at++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Alt+ArrowDown');
  await page.getByRole('menuitem', { name: 'Filter…' }).press('Enter');
  await page.locator('.x-filter input').waitFor();
  await page.keyboard.type('Tehran');
  await page.keyboard.press('Enter');
  await page.locator('.x-chip', { hasText: 'contains Tehran' }).waitFor();
  await page.locator('.x-page-title .x-count', { hasText: '70' }).waitFor();
  await page.reload();
  await page.locator('.x-chip', { hasText: 'contains Tehran' }).waitFor();
  await page.locator('.x-page-title .x-count', { hasText: '70' }).waitFor();
});

test('a field is text until it has the focus; Escape restores it; saving stores only what changed', async () => {
  const { id } = account(3);
  await openRecord(id);
  const before = (await stored('accounts', id))['telephone1'];
  await field('telephone1').focus();
  await page.keyboard.type('030 1');
  await page.keyboard.press('Escape');
  await expect.poll(() => field('telephone1').inputValue()).toBe(before);
  await page.keyboard.type('030 2');
  await page.keyboard.press('Tab');
  await page.getByText('1 unsaved change').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('Saved', { exact: true }).waitFor();
  expect((await stored('accounts', id))['telephone1']).toBe('030 2');
});

test('what was typed survives a reload, and leaving asks', async () => {
  const { id } = account(4);
  await openRecord(id);
  await field('telephone2').focus();
  await page.keyboard.type('030 99');
  await page.keyboard.press('Tab');
  await page.getByText('1 unsaved change').waitFor();
  const kept = () =>
    page.evaluate(
      (key) =>
        new Promise<boolean>((resolve) => {
          const open = indexedDB.open('peyvand', 1);
          open.onsuccess = () => {
            const read = open.result.transaction('drafts').objectStore('drafts').getAllKeys();
            read.onsuccess = () => {
              open.result.close();
              resolve(read.result.some((one) => String(one).endsWith(key)));
            };
          };
        }),
      id,
    );
  await expect.poll(kept).toBe(true);
  await page.reload();
  await page.getByText('Your unsaved changes of').waitFor();
  expect(await page.locator('#f-telephone2-text').textContent()).toContain('030 99');

  await page.locator('.x-crumbs a').click();
  await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
  await page.getByRole('button', { name: 'Stay' }).click();
  expect(page.url()).toContain(id);
  await page.locator('.x-crumbs a').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await page.locator('x-list-page').getByRole('grid').waitFor();
  expect((await stored('accounts', id))['telephone2'] ?? null).toBeNull();
});

test('a file sent while a field is being changed is no conflict: the change is saved on top of it', async () => {
  const made = await server.request('/api/data/v9.2/annotations', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
    body: JSON.stringify({ subject: 'Minutes' }),
  });
  const { annotationid: id } = (await made.json()) as { annotationid: string };
  await openRecord(id, 'annotation');
  await field('subject').focus();
  await page.keyboard.press('End');
  await page.keyboard.type(' of Monday');
  await page.keyboard.press('Tab');
  await page.getByText('1 unsaved change').waitFor();
  const writes: (string | undefined)[] = [];
  page.on('response', (answer) => {
    if (answer.request().method() === 'PATCH') writes.push(`${answer.status()}`);
  });
  await page
    .locator('x-file-input input[type=file]')
    .setInputFiles({ name: 'minutes.txt', mimeType: 'text/plain', buffer: Buffer.from('Agreed.') });
  await page.getByText('minutes.txt').first().waitFor();
  await expect.poll(async () => (await stored('annotations', id))['documentbody_name']).toBe('minutes.txt');
  await page.waitForLoadState('networkidle');
  await page.keyboard.press('Control+s');
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(writes).toEqual(['200']);
  expect(await stored('annotations', id)).toMatchObject({
    subject: 'Minutes of Monday',
    documentbody_name: 'minutes.txt',
  });
});

test('errors stand on top and beside the field; the link leads to the field', async () => {
  await page.goto(`${server.url}/app/account/new`);
  await field('name').waitFor();
  await page.keyboard.press('Control+s');
  const summary = page.locator('.x-form-errors');
  await summary.getByText('1 thing to mend').waitFor();
  await summary.getByRole('link', { name: 'Name' }).press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('f-name');
  await page.keyboard.type('Relecloud');
  await page.keyboard.press('Control+s');
  await page.waitForURL(/\/record\//);
  const id = page.url().split('/').at(-1) ?? '';
  expect((await stored('accounts', id))['name']).toBe('Relecloud');
});

test('two people change one field: yours and theirs stand side by side, and the choice is saved', async () => {
  const { id } = account(5);
  await openRecord(id);
  const response = await server.request(`/api/data/v9.2/accounts(${id})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ telephone1: '111', address1_city: 'Oslo' }),
  });
  expect(response.ok).toBe(true);
  await field('telephone1').focus();
  await page.keyboard.type('222');
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: 'Somebody else changed this record' });
  await dialog.waitFor();
  expect(await dialog.locator('fieldset').count()).toBe(1);
  expect(await dialog.textContent()).toContain('111');
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole('radio').last().check();
  await dialog.getByRole('button', { name: 'Save the chosen values' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(async () => (await stored('accounts', id))['telephone1']).toBe('111');

  // Different fields are merged without a question.
  await server.request(`/api/data/v9.2/accounts(${id})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fax: '333' }),
  });
  await field('telephone2').focus();
  await page.keyboard.type('444');
  await page.keyboard.press('Control+s');
  await page.getByText('Also changed by somebody else').waitFor();
  await expect.poll(async () => (await stored('accounts', id))['telephone2']).toBe('444');
  expect((await stored('accounts', id))['fax']).toBe('333');
});

test('a missing contact is created from the lookup without leaving the form', async () => {
  const { id } = account(6);
  await openRecord(id);
  await field('primarycontactid').focus();
  await page.keyboard.type('Hopper');
  await page.getByRole('option', { name: /New.*Contact/ }).click();
  const dialog = page.getByRole('dialog', { name: 'New Contact' });
  await dialog.waitFor();
  const last = dialog.getByLabel('Last name');
  await last.focus();
  if ((await last.inputValue()) === '') await page.keyboard.type('Hopper');
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('Control+s');
  await page.getByText('Saved', { exact: true }).waitFor();
  const contact = (await stored('accounts', id))['_primarycontactid_value'];
  expect((await stored('contacts', String(contact)))['lastname']).toBe('Hopper');
});

test('a row of a many-to-many list is taken out of it again, and stays', async () => {
  const { id } = account(6);
  const made = await server.request('/api/data/v9.2/tags', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
    body: JSON.stringify({ name: 'Partner' }),
  });
  const { tagid } = (await made.json()) as { tagid: string };
  const linked = await server.request(`/api/data/v9.2/tags(${tagid})/account_tags/$ref`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ '@odata.id': `accounts(${id})` }),
  });
  expect(linked.status).toBe(204);
  await openRecord(tagid, 'tag');
  const accounts = page.locator('x-sub-grid').first();
  await accounts.locator('.x-grid-name').waitFor();
  await accounts.locator('[role=row] input[type=checkbox]').last().check();
  await accounts.getByRole('button', { name: 'Remove from the list' }).click();
  await accounts.locator('.x-grid-name').waitFor({ state: 'detached' });
  const rest = await server.request(`/api/data/v9.2/tags(${tagid})/account_tags?$select=name`);
  expect(((await rest.json()) as { value: unknown[] }).value).toEqual([]);
  expect(await stored('accounts', id)).toMatchObject({ accountid: id });
});

test('deleting says what goes along', async () => {
  const { id, name } = account(0);
  await openRecord(id);
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete “${name}”?` });
  await dialog.waitFor();
  expect(await dialog.locator('.x-effect-list li').count()).toBeGreaterThan(0);
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.locator('x-list-page').getByRole('grid').waitFor();
  expect((await server.request(`/api/data/v9.2/accounts(${id})`)).status).toBe(404);
});

test('in Persian the page reads right to left, and a typed Jalali date is stored as the day it is', async () => {
  await openList();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.getByRole('button', { name: 'Language' }).press('Enter');
  await page.getByRole('menuitemcheckbox', { name: 'فارسی' }).press('Enter');
  await page.locator('html[dir=rtl][lang=fa]').waitFor();
  await page.locator('.x-page-title .x-count', { hasText: /^[۰-۹٬]+$/ }).waitFor();
  // The rows are not asked for again.
  expect(requests.filter((url) => url.includes('/api/data/'))).toEqual([]);

  await page.goto(`${server.url}/app/opportunity/new`);
  await field('name').waitFor();
  await field('name').focus();
  await page.keyboard.type('فروش سالانه');
  await field('customerid').focus();
  await page.keyboard.type(account(8).name);
  await page.locator('.x-popup [role=option]', { hasText: account(8).name }).waitFor();
  await page.keyboard.press('Enter');
  await field('estimatedclosedate').focus();
  await page.keyboard.type('۱۴۰۵/۱/۱');
  await page.keyboard.press('Tab');
  await field('estimatedvalue').focus();
  await page.keyboard.type('۱۲٬۵۰۰٫۵');
  await page.keyboard.press('Control+s');
  await page.waitForURL(/\/record\//);
  const id = page.url().split('/').at(-1) ?? '';
  const row = await stored('opportunities', id);
  expect(row['estimatedclosedate']).toBe('2026-03-21');
  expect(row['estimatedvalue']).toBe(12500.5);
  await page.getByText('۱ فروردین ۱۴۰۵').first().waitFor();
  expect(await barriers(page)).toEqual([]);
});

test('what is typed while the palette is on its way is not lost', async () => {
  await page.route(/command-palette-.*\.js/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  await openList();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Lovelace');
  await page.getByRole('option', { name: /Ada Lovelace/ }).waitFor();
  expect(await page.getByRole('combobox').inputValue()).toBe('Lovelace');
  await page.keyboard.press('Escape');
  await page.unroute(/command-palette-.*\.js/);
});

test('every record, view and command is a few keys away', async () => {
  await openList();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Lovelace');
  await page.getByRole('option', { name: /Ada Lovelace/ }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(seeded.contact.id));
});
