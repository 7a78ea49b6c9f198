// Controls that need a server: lookups that search, files that are sent, on real rows.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fieldStories } from '../support/field-stories.ts';
import type { FieldStories } from '../support/field-stories.ts';
import { API_KEY, testServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';

let server: TestServer;
let stories: FieldStories;
const ids = new Map<string, string>();

async function create(set: string, values: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await server.request(`/api/data/v9.2/${set}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(values),
  });
  expect(answer.status).toBe(204);
  return /\(([^)]+)\)$/.exec(answer.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

beforeAll(async () => {
  server = await testServer();
  for (const name of ['Contoso', 'Contoso Shipping', 'پیوند نوین', 'Fabrikam']) {
    ids.set(name, await create('accounts', { name }));
  }
  ids.set('Ali', await create('contacts', { firstname: 'Ali', lastname: 'Contoso' }));
  stories = await fieldStories({ url: server.url, key: API_KEY });
}, 240_000);

afterAll(async () => {
  await stories?.[Symbol.asyncDispose]();
  await server?.stop();
});

const option = (name: string) => stories.page.getByRole('option', { name });

test('a lookup offers recent rows when it is entered, finds by typing, and takes the marked one with Enter', async () => {
  await stories.show({
    language: 'en',
    field: { type: 'lookup' },
    value: null,
    of: { entity: 'account', field: 'parentaccountid' },
  });
  const { page } = stories;
  await page.locator('#control').focus();
  await option('Fabrikam').waitFor();
  await page.keyboard.type('Ship');
  await option('Contoso Shipping').waitFor();
  await option('Fabrikam').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  expect((await stories.state()).value).toEqual({
    entity: 'account',
    id: ids.get('Contoso Shipping'),
    name: 'Contoso Shipping',
  });
  expect(await page.locator('#control').inputValue()).toBe('Contoso Shipping');
  await page.getByRole('button', { name: 'Clear' }).click();
  expect((await stories.state()).value).toBe(null);
});

test('a lookup finds Persian names, however ye was typed', async () => {
  await stories.show({
    language: 'fa',
    field: { type: 'lookup' },
    value: null,
    of: { entity: 'account', field: 'parentaccountid' },
  });
  await stories.page.locator('#control').focus();
  await stories.page.keyboard.type('پيوند');
  await option('پیوند نوین').waitFor();
  await stories.page.keyboard.press('Tab');
  expect((await stories.state()).value).toMatchObject({ id: ids.get('پیوند نوین') });
});

test('text that names no row is no value: the field says so, and an emptied box clears it', async () => {
  await stories.show({
    language: 'en',
    field: { type: 'lookup' },
    value: null,
    of: { entity: 'account', field: 'parentaccountid' },
  });
  const { page } = stories;
  await page.locator('#control').focus();
  await page.keyboard.type('nobody at all');
  await page.getByText('Nothing found').waitFor();
  await page.locator('#after').focus();
  expect((await stories.state()).message).toContain('Choose one');
  await page.locator('#control').fill('');
  await page.locator('#after').focus();
  expect(await stories.state()).toEqual({ value: null, message: undefined });
});

test('a customer is an account or a contact, searched together or one kind alone', async () => {
  await stories.show({
    language: 'en',
    field: { type: 'customer' },
    value: null,
    of: { entity: 'contact', field: 'parentcustomerid' },
  });
  const { page } = stories;
  await page.locator('#control').focus();
  await page.keyboard.type('Contoso');
  await option('Contoso Shipping').waitFor();
  await option('Ali Contoso').waitFor();
  await page.locator('select').selectOption('contact');
  await page.locator('#control').focus();
  await page.keyboard.press('ArrowDown');
  await option('Contoso Shipping').waitFor({ state: 'detached' });
  await option('Ali Contoso').click();
  expect((await stories.state()).value).toMatchObject({ entity: 'contact', id: ids.get('Ali') });
});

test('a new row is offered, with what was typed as its name', async () => {
  await stories.show({
    language: 'en',
    field: { type: 'lookup' },
    value: null,
    of: { entity: 'account', field: 'parentaccountid' },
  });
  const { page } = stories;
  await page.locator('#control').focus();
  await page.keyboard.type('Brand new');
  await option('New: Account').click();
  expect((await stories.state()).value).toMatchObject({ entity: 'account', name: '{"name":"Brand new"}' });
});

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a picture is sent, shown, and refused when it is something else', async () => {
  const recordId = ids.get('Contoso') ?? '';
  const of = { entity: 'account', field: 'entityimage', recordId };
  await stories.show({ language: 'en', field: { type: 'image' }, value: null, of });
  const { page } = stories;
  await page.locator('#control').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: png });
  await page.getByText('logo.png is stored.').waitFor();
  expect(
    await page
      .locator('img.x-picture')
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
  ).toBe(1);
  await page
    .locator('#control')
    .setInputFiles({ name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('hello') });
  await page.waitForFunction(() => document.querySelector('#message')?.textContent?.includes('image/png'));
  const answer = await server.request(`/api/data/v9.2/accounts(${recordId})?$select=entityimage`, {
    headers: { prefer: 'odata.include-annotations="*"' },
  });
  expect(await answer.json()).toMatchObject({ 'entityimage@OData.Community.Display.V1.FormattedValue': 'logo.png' });
});

test('a file waits until its record is saved', async () => {
  await stories.show({
    language: 'en',
    field: { type: 'image' },
    value: null,
    of: { entity: 'account', field: 'entityimage' },
  });
  expect(await stories.page.locator('#control').isDisabled()).toBe(true);
  await stories.page.getByText('Save the record first').waitFor();
});
