// Administration in the browser: a role made in the matrix with the keyboard alone and given to a new user, who then sees
// exactly that; the same in Persian from right to left; and no barrier that axe can find on any page.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, signIn, speak } from './browser.ts';

const BASE = '/api/data/v9.2';

let server: InProcessServer;

beforeAll(async () => {
  server = await appServer();
  for (const [set, values] of [
    ['accounts', { name: 'Northwind' }],
    ['contacts', { firstname: 'Ada', lastname: 'Lovelace' }],
  ] as const) {
    const made = await server.request(`${BASE}/${set}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(values),
    });
    expect(made.status).toBe(204);
  }
});
afterAll(() => server?.stop());

async function read(path: string): Promise<Record<string, unknown>> {
  return (await (await server.request(path)).json()) as Record<string, unknown>;
}

async function privilegesOf(role: string): Promise<unknown> {
  return ((await read(`/api/admin/roles/${role}`))['document'] as Record<string, unknown>)['privileges'];
}

/** Opens the dialog of a new role, names it and gives it an id. */
async function makeRole(page: Page, title: string, id: string): Promise<void> {
  await page.goto(`${server.url}/admin/roles`);
  await page.locator('.x-admin-commands .x-button-primary').waitFor();
  await page.locator('.x-admin-commands .x-button-primary').focus();
  await page.keyboard.press('Enter');
  await page.locator('#ask-title').waitFor();
  await page.keyboard.type(title);
  await page.keyboard.press('Tab');
  await page.keyboard.type(id);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/admin/roles/${id}`);
  await page.locator('x-role-matrix').waitFor();
}

/** From the search box down into the matrix: the first cell has the focus. */
async function find(page: Page, words: string): Promise<void> {
  const search = page.locator('.x-admin-bar input[type=search]');
  await search.focus();
  await search.fill(words);
  await page.locator('x-role-matrix tbody tr[aria-rowindex]').first().waitFor();
  await expect.poll(() => page.locator('x-role-matrix tbody tr[aria-rowindex]').count()).toBe(1);
  await page.keyboard.press('ArrowDown');
  await page.locator('x-role-matrix [data-row]:focus').waitFor();
  await page.keyboard.press('Control+Home');
}

const focused = (page: Page) => page.locator('x-role-matrix [data-row]:focus').getAttribute('aria-label');

async function save(page: Page): Promise<void> {
  await page.keyboard.press('Control+s');
  await page.locator('dialog[open] .x-button-primary').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.x-toast').filter({ hasNotText: '×' }).first().waitFor();
  await page.locator('.x-unsaved').waitFor({ state: 'detached' });
}

test('a role is made with the keyboard alone and given to a new user, who then sees exactly that', async () => {
  await using somebody = await person({ width: 1440, height: 900 });
  const { page, errors } = somebody;
  page.setDefaultTimeout(15_000);
  await signIn(page, server.url);
  // The way in is in the site map and in the palette.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('administration roles');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/admin/roles');

  await makeRole(page, 'Reception', 'reception');
  await find(page, 'Accounts');
  // Create, read, write of their own; then reading of everything, with two cells at once by a range.
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('1');
  expect(await focused(page)).toContain('Own');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('4');
  expect(await focused(page)).toContain('Organization');
  // A mistake is taken back, and done again, and taken back.
  await page.keyboard.press('End');
  await page.keyboard.press('3');
  expect(await focused(page)).toContain('Unit and below');
  await page.keyboard.press('Control+z');
  await expect.poll(() => focused(page)).toContain('None');
  await page.keyboard.press('Control+y');
  await expect.poll(() => focused(page)).toContain('Unit and below');
  await page.keyboard.press('Delete');
  await expect.poll(() => focused(page)).toContain('None');
  // A condition on reading, refused first with the reason.
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.locator('#grant-when').focus();
  await page.keyboard.type('nosuchfield = 1');
  await page.locator('dialog[open] button[type=submit]').focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] [role=alert]').waitFor();
  await page.locator('#grant-when').fill("name = 'Northwind'");
  await page.locator('dialog[open] button[type=submit]').focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toContain("name = 'Northwind'");
  // The whole row of another table from its heading.
  await find(page, 'Tasks');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('2');
  await save(page);
  expect(await privilegesOf('reception')).toEqual({
    account: { create: 'own', read: { depth: 'organization', when: "name = 'Northwind'" }, write: 'own' },
    task: Object.fromEntries(
      ['create', 'read', 'write', 'delete', 'append', 'append-to', 'assign', 'share'].map((one) => [one, 'unit']),
    ),
  });

  // A new user with that role, invited by a link.
  await page.goto(`${server.url}/admin/users`);
  await page.locator('.x-admin-commands .x-button-primary').focus();
  await page.keyboard.press('Enter');
  await page.locator('#ask-firstName').waitFor();
  await page.keyboard.type('Rosa');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Reception');
  await page.keyboard.press('Tab');
  await page.keyboard.type('rosa@example.com');
  await page.getByLabel('Reception', { exact: true }).focus();
  await page.keyboard.press('Space');
  await page.locator('#ask-email').focus();
  await page.keyboard.press('Enter');
  const link = page.locator('dialog[open] input[readonly]');
  await link.waitFor();
  expect(await link.inputValue()).toContain('/reset-password');
  const invitation = await link.inputValue();
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/admin\/users\/[0-9a-f-]{36}$/);
  await page.locator('.x-chip', { hasText: 'Reception' }).waitFor();
  expect(errors).toEqual([]);

  // Who comes in by the link sees what the role says, and nothing of administration.
  const token = new URL(invitation).hash.slice(1) || new URL(invitation).searchParams.get('token');
  const password = 'a long enough passphrase';
  const set = await fetch(`${server.url}/api/auth/reset-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ token: token?.replace(/^token=/, ''), newPassword: password }),
  });
  expect(`${set.status} ${await set.text()}`).toMatch(/^2/);
  const signedIn = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email: 'rosa@example.com', password }),
  });
  expect(signedIn.status).toBe(200);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const asks = (path: string) => fetch(server.url + path, { headers: { cookie } });
  const seen = (await (await asks(`${BASE}/accounts?$select=name`)).json()) as { value: { name: string }[] };
  expect(seen.value.map(({ name }) => name)).toEqual(['Northwind']);
  expect((await asks(`${BASE}/contacts`)).status).toBe(403);
  expect((await asks('/api/admin/users')).status).toBe(403);
});

test('in Persian the arrows go the other way, and Persian digits set the depths', async () => {
  await using somebody = await person({ width: 1440, height: 900, dark: true });
  const { page, errors } = somebody;
  page.setDefaultTimeout(15_000);
  await signIn(page, server.url);
  await speak(page, 'fa');
  await makeRole(page, 'پذیرش', 'reception-fa');
  await find(page, 'مخاطبان');
  // From create leftwards to read, as the columns run.
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.evaluate(() =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: '۲', bubbles: true, cancelable: true })),
  );
  await expect.poll(() => focused(page)).toContain('واحد');
  await save(page);
  expect(await privilegesOf('reception-fa')).toEqual({ contact: { read: 'unit', write: 'unit' } });
  await speak(page, 'en');
  expect(errors).toEqual([]);
});

test('leaving with unsaved changes asks, and what somebody else saved meanwhile is shown', async () => {
  await using somebody = await person({ width: 1440, height: 900 });
  const { page, errors } = somebody;
  page.setDefaultTimeout(15_000);
  await signIn(page, server.url);
  await makeRole(page, 'Contested', 'contested');
  await find(page, 'Accounts');
  await page.keyboard.press('1');
  await page.locator('.x-unsaved').waitFor();
  await page.locator('.x-crumbs a').click();
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  expect(page.url()).toContain('/admin/roles/contested');
  const { etag } = (await read('/api/admin/roles/contested')) as { etag: string };
  const theirs = await server.request('/api/admin/roles/contested', {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': `"${etag}"` },
    body: JSON.stringify({ document: { title: 'Contested', privileges: { contact: { read: 'organization' } } } }),
  });
  expect(theirs.status).toBe(200);
  await page.keyboard.press('Control+s');
  await page.locator('dialog[open] .x-button-primary').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Contacts, Read').waitFor();
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await page.locator('.x-unsaved').waitFor({ state: 'detached' });
  expect(await privilegesOf('contested')).toEqual({ contact: { read: 'organization' } });
  expect(errors).toEqual([]);
});

test('the tree of units is walked, grown and moved with the keyboard; a loop is refused with words', async () => {
  await using somebody = await person({ width: 1280, height: 800 });
  const { page, errors } = somebody;
  page.setDefaultTimeout(15_000);
  await signIn(page, server.url);
  await page.goto(`${server.url}/admin/units`);
  const row = (name: string) => page.locator('tr[data-unit]', { hasText: name });
  const grow = async (name: string) => {
    await page.keyboard.press('Insert');
    await page.locator('#ask-name').waitFor();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await row(name).waitFor();
    await expect.poll(() => row(name).evaluate((one) => one === document.activeElement)).toBe(true);
  };
  await page.locator('tr[data-unit]').first().focus();
  await grow('North');
  await grow('Harbour');
  expect(await row('Harbour').getAttribute('aria-level')).toBe('3');
  // Back to the branch, close it, open it.
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await row('Harbour').waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await row('Harbour').waitFor();
  // North cannot go below its own harbour.
  await page.getByRole('button', { name: 'Move North' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('Harbour');
  await page.locator('.x-option.x-active', { hasText: 'Harbour' }).waitFor();
  await expect.poll(() => page.getByRole('option').count()).toBe(1);
  await page.keyboard.press('Enter');
  await page.locator('.x-toast-error', { hasText: 'loop' }).waitFor();
  // The topmost unit has neither the command to move nor the one to delete.
  expect(
    await page
      .locator('tr[data-unit]')
      .first()
      .getByRole('button', { name: /^(Move|Delete)/ })
      .count(),
  ).toBe(0);
  expect(errors).toEqual([]);
});

describe.each([
  { language: 'en', dark: false, width: 1440 },
  { language: 'fa', dark: true, width: 1440 },
  { language: 'fa', dark: false, width: 390 },
] as const)('$language, dark: $dark, $width px', ({ language, dark, width }) => {
  test('no page of administration has a barrier', async () => {
    const phone = width < 600;
    await using somebody = await person({ width, height: 844, dark, touch: phone });
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    await signIn(page, server.url);
    await speak(page, language);
    const found: string[] = [];
    const look = async (screen: string) => {
      for (const line of await barriers(page)) found.push(`${screen}: ${line}`);
    };
    const { users } = (await read('/api/admin/users')) as { users: readonly { id: string }[] };
    const paths = [
      'users',
      `users/${users[0]?.id}`,
      'teams',
      'units',
      'roles',
      'roles/basic-user',
      'profiles',
      'keys',
      'sessions',
      'views',
      'views/account%2Factive',
      'plugins',
      'plugins/sales',
      'audit',
    ];
    for (const path of paths) {
      await page.goto(`${server.url}/admin/${path}`);
      await page.locator(path === 'audit' ? 'x-admin-audit h1' : '.x-admin:not([aria-busy])').waitFor();
      await look(path);
      if (path === 'users' || path === 'roles' || path === 'profiles' || path === 'teams') {
        await page.locator('.x-admin-commands .x-button-primary').click();
        await page.locator('dialog[open]').waitFor();
        await look(`${path}, new`);
        await page.keyboard.press('Escape');
      }
      if (path.startsWith('users/')) {
        await page.locator('header:has(#user-may) button').click();
        await page.locator('x-role-matrix').waitFor();
        await look('what a person may');
      }
      if (path === 'roles/basic-user') {
        await page.locator('x-role-matrix td[data-row]').first().focus();
        await page.keyboard.press('Enter');
        await page.locator('#edit-grant').waitFor();
        await look('a cell');
        await page.keyboard.press('Escape');
        for (const tab of ['deny', 'rights', 'holders']) {
          await page.locator(`#role-tab-${tab}`).click();
          await look(tab);
        }
      }
    }
    await speak(page, 'en');
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });
});
