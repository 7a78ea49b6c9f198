// A record's history on its form: what changed, the form as it was, and the ways back; and the search of the whole log.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, signIn, speak } from './browser.ts';

let server: InProcessServer;
beforeAll(async () => {
  server = await appServer();
});
afterAll(() => server?.stop());

const json = { 'content-type': 'application/json' };
async function make(values: object): Promise<string> {
  const response = await server.request('/api/data/v9.2/accounts', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(values),
  });
  return /\(([\w-]{36})\)/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}
async function change(id: string, values: object): Promise<void> {
  const response = await server.request(`/api/data/v9.2/accounts(${id})`, {
    method: 'PATCH',
    headers: json,
    body: JSON.stringify(values),
  });
  expect(response.ok).toBe(true);
}
async function stored(id: string): Promise<Readonly<Record<string, unknown>>> {
  return (await (await server.request(`/api/data/v9.2/accounts(${id})`)).json()) as Record<string, unknown>;
}
async function acme(): Promise<string> {
  const parent = await make({ name: 'Holding' });
  const id = await make({ name: 'Acme', numberofemployees: 12, description: 'first words' });
  await change(id, { name: 'Acme Ltd', industrycode: 6, 'parentaccountid@odata.bind': `/accounts(${parent})` });
  await change(id, { name: 'Acme GmbH', numberofemployees: 1250, description: null });
  return id;
}

test('with the keyboard: open the history, bring one value back, see the form as it was, restore it', async () => {
  const id = await acme();
  await using somebody = await person({ width: 1440, height: 900 });
  const { page, errors } = somebody;
  page.setDefaultTimeout(15_000);
  await signIn(page, server.url);
  await page.goto(`${server.url}/app/account/record/${id}`);
  await page.getByRole('button', { name: 'History' }).focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: 'History of Acme GmbH' });
  await panel.locator('.x-entry').nth(2).waitFor();
  expect(await panel.locator('.x-entry').first().innerText()).toMatch(/changed it[\s\S]*Acme Ltd[\s\S]*Acme GmbH/);

  await panel.getByRole('button', { name: /Restore Description to the value/i }).focus();
  await page.keyboard.press('Enter');
  await panel.locator('.x-entry').nth(3).waitFor();
  expect(await panel.locator('.x-entry').first().innerText()).toMatch(/restored/);
  expect(await stored(id)).toMatchObject({ name: 'Acme GmbH', description: 'first words' });

  await panel
    .getByRole('button', { name: /View as of then/ })
    .nth(1)
    .focus();
  await page.keyboard.press('Enter');
  const banner = page.locator('.x-past-banner');
  await banner.waitFor();
  expect(await banner.innerText()).toMatch(/As it was on/);
  expect(await page.locator('.x-past x-form-field[data-differs]').count()).toBeGreaterThan(0);
  expect(await page.locator('.x-past .x-field-edit').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.locator('.x-past').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.className)).toContain('x-history-button');

  await page.keyboard.press('Enter');
  await panel
    .getByRole('button', { name: /View as of then/ })
    .nth(1)
    .click();
  await page.getByRole('button', { name: 'Restore the record to this' }).click();
  const question = page.getByRole('dialog', { name: 'Restore the record?' });
  await question.waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.x-past').waitFor({ state: 'detached' });
  expect(await stored(id)).toMatchObject({ name: 'Acme Ltd', numberofemployees: 12, description: 'first words' });
  await page.getByRole('heading', { name: 'Acme Ltd' }).waitFor();
  expect(errors).toEqual([]);
});

const cases = [
  { language: 'en', dark: false, width: 1440 },
  { language: 'fa', dark: true, width: 1440 },
  { language: 'fa', dark: false, width: 390 },
  { language: 'en', dark: true, width: 390 },
] as const;

describe.each(cases)('$language, dark: $dark, $width px', ({ language, dark, width }) => {
  test('history and the form as it was are without barriers, in the reader’s calendar', async () => {
    const id = await acme();
    const phone = width < 600;
    await using somebody = await person({ width, height: phone ? 844 : 900, dark, touch: phone });
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    await signIn(page, server.url);
    await speak(page, language);
    await page.goto(`${server.url}/app/account/record/${id}`);
    await page.locator('.x-history-button').click();
    await page.locator('.x-entry').nth(2).waitFor();
    if (language === 'fa') expect(await page.locator('.x-timeline h3').first().innerText()).toMatch(/[۰-۹]{4}/);
    const found = [...(await barriers(page))];
    await page.locator('.x-entry-view').first().click();
    await page.locator('.x-past-banner').waitFor();
    found.push(...(await barriers(page)));
    expect(found).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(errors).toEqual([]);
  });
});

describe.each(cases)(
  'the search of the whole log in $language, dark: $dark, $width px',
  ({ language, dark, width }) => {
    test('finds by kind and text, opens a record’s history, and is without barriers', async () => {
      const id = await acme();
      const phone = width < 600;
      await using somebody = await person({ width, height: phone ? 844 : 900, dark, touch: phone });
      const { page, errors } = somebody;
      page.setDefaultTimeout(15_000);
      await signIn(page, server.url);
      await speak(page, language);
      await page.goto(`${server.url}/admin/audit`);
      await page.locator('.x-audit .x-entry').first().waitFor();
      const found = [...(await barriers(page))];
      await page.locator('.x-audit-filter select').first().selectOption('account');
      await page.locator('.x-audit-filter input[type=search]').fill('Acme GmbH');
      await page.keyboard.press('Enter');
      await page.locator('.x-audit-results[aria-busy=false] .x-entry').first().waitFor();
      const link = page.locator('.x-audit .x-entry-subject a').first();
      expect(await link.getAttribute('href')).toContain(id);
      await page.locator('.x-audit .x-entry button').first().click();
      await page.locator('.x-history-dialog .x-entry').first().waitFor();
      found.push(...(await barriers(page)));
      expect(found).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(errors).toEqual([]);
    });
  },
);
