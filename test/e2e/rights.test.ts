// Rights as people meet them: a record shared with a colleague, the panel that says why, and an administrator who looks through
// somebody else's eyes; in both languages, without barriers.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OFFICE_PASSWORD, openOffice, type Office } from '../support/office.ts';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, speak } from './browser.ts';

let server: InProcessServer;
let office: Office;
beforeAll(async () => {
  server = await appServer();
  office = await openOffice(server);
});
afterAll(() => server?.stop());

async function enter(page: Page, email: string, password: string): Promise<void> {
  page.setDefaultTimeout(12_000);
  await page.goto(`${server.url}/`);
  await page.locator('#email').waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  await speak(page, 'en');
}
const recordOf = (name: string) => `${server.url}/app/account/record/${office.accounts[name] ?? ''}`;
const opened = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('a record is shared with a colleague, who then sees it, and no longer once the share is ended', async () => {
  await using sara = await person();
  await using nima = await person();
  await enter(nima.page, office.member('Nima').email, OFFICE_PASSWORD);
  await nima.page.goto(recordOf('Alborz'));
  await nima.page.getByRole('heading', { name: 'This record is not here' }).waitFor();

  const { page } = sara;
  await enter(page, office.member('Sara').email, OFFICE_PASSWORD);
  await page.goto(recordOf('Alborz'));
  await opened(page, 'Alborz');
  await page.getByRole('button', { name: 'More' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Share…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Share “Alborz”' });
  await dialog.getByText('Nobody so far.').waitFor();
  expect(await barriers(page)).toEqual([]);
  // Nobody chosen yet: it says so and goes there.
  await dialog.getByRole('button', { name: 'Share', exact: true }).press('Enter');
  await dialog.getByText('Choose a person or a team.').waitFor();
  await page.keyboard.type('Nima');
  await page.getByRole('option', { name: /Nima Rad/ }).click();
  expect(await dialog.getByRole('checkbox', { name: 'Delete' }).isDisabled()).toBe(false);
  await dialog.getByLabel('Reason (they will see it)').fill('For the fair');
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByRole('listitem').filter({ hasText: 'Nima Rad' }).waitFor();
  expect(await dialog.getByRole('listitem').innerText()).toMatch(/Read[\s\S]*For the fair/);
  expect(await barriers(page)).toEqual([]);

  await nima.page.reload();
  await opened(nima.page, 'Alborz');
  await nima.page.getByRole('button', { name: 'More' }).click();
  await nima.page.getByRole('menuitem', { name: 'What may I do here, and why?' }).click();
  await nima.page.getByRole('dialog').getByText('shared this record with').waitFor();
  await nima.page.keyboard.press('Escape');

  await dialog.getByRole('button', { name: 'Stop sharing with Nima Rad' }).click();
  await dialog.getByText('Nobody so far.').waitFor();
  await nima.page.reload();
  await nima.page.getByRole('heading', { name: 'This record is not here' }).waitFor();
  expect([...sara.errors, ...nima.errors]).toEqual([]);
});

test('what may not be saved says why, with a link to the reasons', async () => {
  await using sara = await person();
  const { page } = sara;
  await enter(page, office.member('Sara').email, OFFICE_PASSWORD);
  await page.goto(recordOf('Damavand'));
  await opened(page, 'Damavand');
  await page.locator('#f-telephone1').focus();
  await page.keyboard.type('021 7');
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Why?' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('No, you may not change this Account.').waitFor();
  await dialog
    .locator('details[open]')
    .getByText('Rule “Hands off VIPs” of role Careful would have to let this record go.')
    .waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(sara.errors).toEqual([]);
});

test('the panel speaks Persian, from right to left, and an administrator asks it about others', async () => {
  await using admin = await person({ width: 390, height: 844, touch: true, dark: true });
  const { page } = admin;
  await enter(page, ADMIN_EMAIL, ADMIN_PASSWORD);
  await speak(page, 'fa');
  await page.goto(recordOf('Bistoon'));
  await opened(page, 'Bistoon');
  await page.getByRole('button', { name: 'بیشتر' }).click();
  await page.getByRole('menuitem', { name: 'این‌جا چه کار می‌توانم بکنم و چرا؟' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('details[open]').getByText('همهٔ اختیارات را دارد').waitFor();
  await dialog.getByLabel('برای شخصی دیگر').fill('Sara');
  await page.getByRole('option', { name: /Sara Rad/ }).click();
  await dialog.getByText(/^بله، .*Sara Rad.* اجازهٔ دیدن این شرکت را دارد\.$/).waitFor();
  await dialog.getByText(/^خیر، .*Sara Rad.* اجازهٔ تغییر این شرکت را ندارد\.$/).click();
  await dialog
    .locator('details[open]')
    .getByText(/باید به‌جای «واحد سازمانی» تا «واحد و زیرمجموعه» برسد/)
    .waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await barriers(page)).toEqual([]);
  expect(admin.errors).toEqual([]);
});

test('an administrator views as a colleague: a banner says so, nothing can be changed, and it ends when asked to', async () => {
  await using admin = await person();
  const { page } = admin;
  await enter(page, ADMIN_EMAIL, ADMIN_PASSWORD);
  await page.goto(`${server.url}/app/systemuser/record/${office.member('Omid').id}`);
  await opened(page, 'Omid Rad');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'View as this person' }).click();
  await page.getByText('You are viewing as').waitFor();
  await page.goto(`${server.url}/app/account/active`);
  await page.getByText('Bistoon').first().waitFor();
  expect(await page.getByText('Alborz').count()).toBe(0);
  expect(await page.getByRole('button', { name: /^New/ }).count()).toBe(0);
  expect(await barriers(page)).toEqual([]);

  await page.goto(recordOf('Bistoon'));
  await opened(page, 'Bistoon');
  await page.getByText('You are viewing as').waitFor();
  expect(await page.getByRole('button', { name: /Save|Delete/ }).count()).toBe(0);
  expect(await page.locator('.x-field-edit').count()).toBe(0);
  const refused = await page.evaluate(
    async (url) => (await fetch(url, { method: 'DELETE' })).status,
    `/api/data/v9.2/none`,
  );
  expect(refused).toBeGreaterThanOrEqual(400);

  // In another tab one sees with one's own eyes.
  const other = await admin.context.newPage();
  await other.goto(`${server.url}/app/account/active`);
  await other.getByText('Alborz').first().waitFor();
  await other.close();

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: /Save/ }).first().waitFor();
  await page.goto(`${server.url}/app/account/active`);
  await page.getByText('Alborz').first().waitFor();
  expect(await page.getByText('You are viewing as').count()).toBe(0);

  // From the command palette too.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('View as');
  await page.getByRole('option', { name: /View as somebody else/ }).click();
  await page.getByRole('dialog', { name: 'View as somebody else' }).waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(admin.errors).toEqual([]);
});

test('who manages users sees what giving a role would do, before giving it', async () => {
  await using admin = await person();
  const { page } = admin;
  await enter(page, ADMIN_EMAIL, ADMIN_PASSWORD);
  await page.goto(`${server.url}/app/systemuser/record/${office.member('Nima').id}`);
  await opened(page, 'Nima Rad');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'What if…' }).click();
  const dialog = page.getByRole('dialog', { name: 'What if? Nima Rad' });
  await dialog.getByRole('checkbox', { name: 'Give: Branch seller' }).check();
  await dialog.getByRole('button', { name: 'Who would gain and lose?' }).click();
  await dialog.getByText('1 person is concerned.').waitFor();
  const row = dialog.getByRole('row').filter({ hasText: 'Accounts' }).filter({ hasText: 'Create' });
  expect(await row.innerText()).toContain('none → some');
  expect(await barriers(page)).toEqual([]);
  expect(admin.errors).toEqual([]);
});
