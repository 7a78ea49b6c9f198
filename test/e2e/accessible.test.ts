// Every screen without barriers that axe can find, in both languages and both themes, wide and on a phone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, seed, signIn, speak, type Seeded } from './browser.ts';

let server: InProcessServer;
let seeded: Seeded;

beforeAll(async () => {
  server = await appServer();
  seeded = await seed(server);
});
afterAll(() => server?.stop());

const cases = [
  { language: 'en', dark: false, width: 1280 },
  { language: 'en', dark: true, width: 1280 },
  { language: 'fa', dark: false, width: 1280 },
  { language: 'fa', dark: true, width: 1280 },
  { language: 'fa', dark: false, width: 390 },
  { language: 'en', dark: true, width: 390 },
] as const;

describe.each(cases)('$language, dark: $dark, $width px', ({ language, dark, width }) => {
  test('sign-in, list, popups, record, new record with errors', async () => {
    const phone = width < 600;
    await using somebody = await person({ width, height: phone ? 844 : 800, dark, touch: phone });
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    const found: string[] = [];
    const look = async (screen: string) => {
      for (const line of await barriers(page)) found.push(`${screen}: ${line}`);
    };
    await page.goto(server.url);
    await page.locator('#email').waitFor();
    await look('sign-in');
    await signIn(page, server.url);
    await speak(page, language);

    await page.goto(`${server.url}/app/account/active`);
    await page.locator('.x-grid-name').first().waitFor();
    await look('list');
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('F2');
    await page.locator('.x-grid-editing input').waitFor();
    await look('list with a selected row and a cell being edited');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('menu').waitFor();
    await look('column menu');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await look('command palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await look('shortcuts');
    await page.keyboard.press('Escape');

    const account = seeded.accounts[0];
    await page.goto(`${server.url}/app/account/record/${account?.id}`);
    await page.locator('.x-subgrid .x-grid-name').first().waitFor();
    await look('record');
    await page.getByRole('tab').nth(1).click();
    await look('second tab of the record');
    await page.goto(`${server.url}/app/task/record/${seeded.task}`);
    await page.locator('#f-scheduledend').waitFor();
    await page.locator('#f-scheduledend').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await look('a date being picked');

    await page.goto(`${server.url}/app/opportunity/new`);
    await page.locator('#f-name').waitFor();
    await page.keyboard.press('Control+s');
    await page.locator('.x-form-errors').waitFor();
    await look('new record with errors');
    await speak(page, 'en');
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });
});
