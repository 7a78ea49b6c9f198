// Duplicates and merging in the browser: told on save, merged from the list and from the record, taken back, in both languages.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, signIn, speak, type Person } from './browser.ts';

let server: InProcessServer;
let somebody: Person;
let page: Page;
/** Where to put pictures for people to look at; none by default. */
const pictures = process.env['PEYVAND_PICTURES'];

beforeAll(async () => {
  server = await appServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  somebody = await person();
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

async function post(set: string, values: object): Promise<string> {
  const response = await server.request(`/api/data/v9.2/${set}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(values),
  });
  if (!response.ok) throw new Error(`${set}: ${response.status} ${await response.text()}`);
  return /\(([^)]+)\)/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

async function stored(set: string, id: string): Promise<Record<string, unknown>> {
  return (await (await server.request(`/api/data/v9.2/${set}(${id})`)).json()) as Record<string, unknown>;
}

async function picture(name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` });
}

const dialog = () => page.locator('dialog[open]').last();

async function type(name: string, text: string): Promise<void> {
  await page.locator(`#f-${name}`).focus();
  await page.keyboard.type(text);
}

test('a new record that is there already is found on save, and saved anyway or merged', async () => {
  const id = await post('accounts', { name: 'گروه صنعتي البرز', telephone1: '+98 21 1234 5678' });
  await page.goto(`${server.url}/app/account/new`);
  await page.locator('x-record-form .x-section').first().waitFor();
  await type('name', 'گروه صنعتی البرز');
  await page.keyboard.press('Control+s');
  await dialog().getByRole('heading', { name: 'This may be there already' }).waitFor();
  expect(await dialog().getByRole('link').getAttribute('href')).toContain(id);
  await picture('duplicates-en-light-wide');
  expect(await barriers(page)).toEqual([]);

  // Back to editing: nothing was stored and nothing is lost.
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  await page.locator('#f-name').waitFor();
  await page.keyboard.press('Control+s');
  await dialog().getByRole('button', { name: 'Save and merge' }).press('Enter');

  await dialog().getByRole('heading', { name: 'Merge two records' }).waitFor();
  await page.locator('dialog[open] .x-merge-moving .x-hint, dialog[open] .x-merge-moving .x-tag').first().waitFor();
  await picture('merge-new-en-light-wide');
  await dialog().getByRole('button', { name: 'Merge' }).press('Enter');
  // The fuller one stays, and its page is shown.
  await page.waitForURL((url) => url.pathname.endsWith(id));
  await page.locator('.x-toast', { hasText: 'merged into' }).waitFor();
});

test('quick create offers the record that is there', async () => {
  const id = await post('accounts', { name: 'Quick Existing Ltd' });
  await page.goto(`${server.url}/app/contact/new`);
  await page.locator('x-record-form .x-section').first().waitFor();
  const answer = page.evaluate(() => {
    const form = document.querySelector('x-record-form') as unknown as {
      workspace: { quickCreate(entity: string, initial: object): Promise<{ id: string } | undefined> };
    };
    return form.workspace.quickCreate('account', { name: 'quick existing, LTD.' });
  });
  await dialog().getByRole('heading', { name: 'New Account' }).waitFor();
  await dialog().locator('.x-dialog-foot .x-button-primary').press('Enter');
  await dialog().getByRole('button', { name: 'Use this one' }).press('Enter');
  expect((await answer)?.id).toBe(id);
});

test('two rows are merged from the list by keyboard, value by value, and taken back', async () => {
  const one = await post('accounts', { name: 'Merge One', telephone1: '+49 30 111111', sic: 'both' });
  const two = await post('accounts', { name: 'Merge Two', websiteurl: 'https://two.example.com', sic: 'both' });
  const contact = await post('contacts', {
    lastname: 'Child',
    'parentcustomerid_account@odata.bind': `/accounts(${two})`,
  });
  await page.goto(`${server.url}/app/account/active?search=Merge`);
  await page.locator('.x-grid-name').nth(1).waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Merge…' }).press('Enter');
  await dialog().getByRole('heading', { name: 'Merge two records' }).waitFor();

  await dialog().getByRole('group', { name: 'Which record stays?' }).getByRole('radio', { name: 'Merge One' }).check();
  await page.locator('dialog[open] .x-merge-moving .x-tag', { hasText: 'Contacts' }).waitFor();
  const names = dialog().getByRole('group', { name: 'Name', exact: true });
  await names.getByRole('radio', { name: 'Merge Two' }).focus();
  await page.keyboard.press('Space');
  // What only the other has comes along by itself.
  expect(await dialog().getByRole('radio', { name: 'https://two.example.com' }).isChecked()).toBe(true);
  await picture('merge-en-light-wide');
  expect(await barriers(page)).toEqual([]);
  await dialog().getByRole('button', { name: 'Merge', exact: true }).press('Enter');
  await page.locator('.x-toast', { hasText: '“Merge Two” merged into “Merge One”' }).waitFor();
  expect(await stored('accounts', one)).toMatchObject({
    name: 'Merge Two',
    telephone1: '+49 30 111111',
    websiteurl: 'https://two.example.com',
  });
  expect(await stored('contacts', contact)).toMatchObject({ _parentcustomerid_value: one });
  await page.locator('.x-toast').getByRole('button', { name: 'Undo' }).press('Enter');
  await page.locator('.x-toast', { hasText: 'taken back' }).waitFor();
  expect(await stored('accounts', one)).toMatchObject({ name: 'Merge One', websiteurl: null });
  expect(await stored('accounts', two)).toMatchObject({ statecode: 0, merged: null });
  expect(await stored('contacts', contact)).toMatchObject({ _parentcustomerid_value: two });
});

test('a record is merged from its form with one that is searched for, in Persian, dark, on a phone', async () => {
  const one = await post('accounts', { name: 'شرکت نمونهٔ یکم', address1_city: 'تهران' });
  const two = await post('accounts', { name: 'فروشگاه دوم', telephone1: '+98 21 8888 1111' });
  await speak(page, 'fa');
  await somebody.stop();
  somebody = await person({ width: 390, height: 844, dark: true });
  page = somebody.page;
  page.setDefaultTimeout(20_000);
  await page.goto(`${server.url}/`);
  await page.locator('input[type=email], input[name=email]').first().waitFor();
  await page.keyboard.type('admin@example.com');
  await page.keyboard.press('Tab');
  await page.keyboard.type('correct horse battery');
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  await page.goto(`${server.url}/app/account/record/${one}`);
  await page.locator('x-record-form .x-section').first().waitFor();
  await page.getByRole('button', { name: 'ادغام…' }).press('Enter');
  await dialog().getByRole('searchbox').waitFor();
  await page.keyboard.type('فروشگاه');
  await dialog().getByRole('button', { name: 'فروشگاه دوم' }).waitFor();
  await picture('choose-fa-dark-phone');
  expect(await barriers(page)).toEqual([]);
  await dialog().getByRole('button', { name: 'فروشگاه دوم' }).press('Enter');
  await dialog().getByRole('heading', { name: 'ادغام دو رکورد' }).waitFor();
  await page.locator('dialog[open] .x-merge-moving .x-hint').waitFor();
  await picture('merge-fa-dark-phone');
  expect(await barriers(page)).toEqual([]);
  await dialog()
    .getByRole('group', { name: 'کدام رکورد بماند؟' })
    .getByRole('radio', { name: 'شرکت نمونهٔ یکم' })
    .check();
  await dialog().getByRole('button', { name: 'ادغام', exact: true }).press('Enter');
  await page.locator('.x-toast').waitFor();
  expect(await stored('accounts', two)).toMatchObject({ merged: true, _masterid_value: one });
});
