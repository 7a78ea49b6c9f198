// Coming in and staying safe, in a browser: the first run, the second step, a forgotten password, sessions, API keys.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Me } from '../../metadata/effective.ts';
import { mailbox, type Mailbox } from '../support/mailbox.ts';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type InProcessServer } from '../support/server.ts';
import { makePerson, totp } from '../support/visitor.ts';
import { appServer, barriers, givePassword, person, signIn, speak } from './browser.ts';

const PASSWORD = 'four words in a row';

/** What axe finds, with the name of the screen. */
function looker(page: Page): { readonly found: string[]; look(screen: string): Promise<void> } {
  const found: string[] = [];
  return {
    found,
    async look(screen) {
      for (const line of await barriers(page)) found.push(`${screen}: ${line}`);
    },
  };
}

const me = (page: Page): Promise<Me> => page.evaluate(async () => (await fetch('/api/me')).json() as Promise<Me>);
const focusedId = (page: Page) => page.evaluate(() => document.activeElement?.id);
const persianDigits = (text: string) => text.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit)));

describe('the first run', () => {
  test('leads a Persian administrator by keyboard from the printed password to a working list', async () => {
    await using server = await appServer({ PEYVAND_ADMIN_PASSWORD: '' });
    await using somebody = await person({ dark: true });
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    const { found, look } = looker(page);
    const next = async (id: string) => {
      await page.keyboard.press('Enter');
      await expect.poll(() => focusedId(page)).toBe(id);
    };
    const type = async (text: string) => {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    };

    // The address that is filled in comes late: nobody is asked for it who was quicker.
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    await page.route('**/api/setup', async (route) => {
      await isAsked;
      await route.continue();
    });
    await page.goto(server.url);
    await page.getByRole('button', { name: 'فارسی' }).click();
    await page.getByRole('heading', { name: 'ورود' }).waitFor();
    await givePassword(page, ADMIN_EMAIL, server.firstPassword ?? '');

    await page.getByRole('heading', { name: 'به پیوند خوش آمدید' }).waitFor();
    await expect.poll(() => focusedId(page)).toBe('you.firstName');
    // Everything that is missing is said, and the first of it has the focus.
    await page.keyboard.type('سارا');
    await page.keyboard.press('Enter');
    asked();
    await expect.poll(() => focusedId(page)).toBe('you.lastName');
    await page.getByText('این را پر کنید.').waitFor();
    await look('the first step with errors');
    await page.keyboard.type('امینی');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('sara@example.com');
    await type(PASSWORD);
    await next('organization.name');
    await look('the second step');
    await page.keyboard.type('بازرگانی امینی');
    await page.locator('[id="organization.timeZone"]').selectOption('Asia/Tehran');
    await page.getByText(/اکنون ساعت آنجا [۰-۹]{2}:[۰-۹]{2} است/).waitFor();
    // There and back: nothing typed is lost.
    await page.getByRole('button', { name: 'قبلی' }).click();
    expect(await page.locator('[id="you.password"]').inputValue()).toBe(PASSWORD);
    await page.locator('[id="you.lastName"]').press('Enter');
    await page.locator('[id="organization.name"]').press('Enter');
    await page.locator('[id="currency.name"]').waitFor();
    expect(await page.locator('[id="currency.code"]').inputValue()).toBe('IRT');
    await look('the third step');
    await page.getByRole('button', { name: 'آغاز به کار' }).press('Enter');

    await page.getByRole('grid').waitFor();
    expect(await page.evaluate(() => document.documentElement.dir)).toBe('rtl');
    expect(await me(page)).toMatchObject({
      name: 'سارا امینی',
      email: 'sara@example.com',
      language: 'fa',
      calendar: 'persian',
      timeZone: 'Asia/Tehran',
    });
    const [currency] = await page.evaluate(async () => {
      const response = await fetch('/api/data/v9.2/transactioncurrencies?$select=isocurrencycode,currencysymbol');
      return ((await response.json()) as { value: readonly Record<string, unknown>[] }).value;
    });
    expect(currency).toMatchObject({ isocurrencycode: 'IRT', currencysymbol: 'تومان' });
    // Once: the next sign-in goes straight to work, and welcomes to the organization by name.
    await page.context().clearCookies();
    await page.goto(server.url);
    await page.getByText(/به .?بازرگانی امینی.? خوش آمدید/).waitFor();
    await givePassword(page, 'sara@example.com', PASSWORD);
    await page.getByRole('grid').waitFor();
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('with mail', () => {
  let post: Mailbox;
  let server: InProcessServer;
  beforeAll(async () => {
    post = await mailbox();
    server = await appServer({ PEYVAND_SMTP_URL: post.url, PEYVAND_MAIL_FROM: 'crm@example.com' });
  });
  afterAll(async () => {
    await server?.stop();
    await post?.[Symbol.asyncDispose]();
  });

  test('a second step is set up, asked for at the next sign-in, and a recovery code does for a lost phone', async () => {
    await makePerson(server, 'mina@example.com', PASSWORD);
    await using somebody = await person();
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    const { found, look } = looker(page);
    await page.goto(server.url);
    await givePassword(page, 'mina@example.com', PASSWORD);
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('my security');
    await page.keyboard.press('Enter');

    await page.getByRole('button', { name: 'Set up the second step' }).click();
    await page.locator('dialog #password:focus').waitFor();
    await page.keyboard.type('not my password');
    await page.keyboard.press('Enter');
    await page.getByText('That is not your current password.').waitFor();
    await page.locator('dialog #password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await look('the secret of a second step');
    const secret = ((await page.locator('.x-secret').textContent()) ?? '').replace(/\s/g, '');
    await page.locator('#code').fill('12345');
    await page.keyboard.press('Enter');
    await page.getByText('Type all six digits').waitFor();
    await page.locator('#code').fill(totp(secret));
    await page.keyboard.press('Enter');
    const codes = page.locator('.x-recovery li');
    await codes.first().waitFor();
    await look('recovery codes');
    const recovery = (await codes.first().textContent()) ?? '';
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('peyvand-recovery-codes.txt');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
    await look('my security with a second step');

    await page.context().clearCookies();
    await page.goto(`${server.url}/app/contact`);
    await givePassword(page, 'mina@example.com', PASSWORD);
    await page.locator('#code:focus').waitFor();
    await look('the second step');
    await page.keyboard.type('000000');
    await page.getByRole('alert').getByText('That code is wrong').waitFor();
    // As pasted: with a space in it, in Persian digits; it goes off by itself.
    await page.locator('#code').fill(persianDigits(totp(secret).replace(/^.../, '$& ')));
    await page.getByRole('grid').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/app\/contact/);

    await page.context().clearCookies();
    await page.goto(server.url);
    await givePassword(page, 'mina@example.com', PASSWORD);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.locator('#code').fill(recovery);
    await page.keyboard.press('Enter');
    await page.getByRole('grid').waitFor();
    await page.goto(`${server.url}/app/my-security`);
    await page.getByText('9 recovery codes are left.').waitFor();
    await page.getByRole('button', { name: 'Turn off the second step' }).click();
    await page.locator('dialog #password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Set up the second step' }).waitFor();
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('a forgotten password is replaced by the mailed link, once, and whoever was signed in with the old one is out', async () => {
    await makePerson(server, 'omid@example.com', PASSWORD);
    await using inside = await person();
    await inside.page.goto(server.url);
    await givePassword(inside.page, 'omid@example.com', PASSWORD);
    await inside.page.getByRole('grid').waitFor();

    await using somebody = await person();
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    await page.goto(server.url);
    await page.locator('#email').fill('omid@example.com');
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.locator('#email:focus').fill('omid@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('a link is on its way').waitFor();
    const linkOf = () =>
      /https?:\/\/\S+\/reset-password#token=[\w-]+/.exec(
        post.mails.find(({ to }) => to.includes('omid@example.com'))?.text ?? '',
      )?.[0];
    await expect.poll(linkOf).toBeDefined();
    const link = linkOf() ?? '';

    await page.goto(link);
    await page.getByLabel('New password').waitFor();
    // The secret does not stay in the address bar.
    expect(new URL(page.url()).hash).toBe('');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.getByText('Give at least 8 characters.').waitFor();
    await page.getByLabel('New password').fill('another four words');
    await page.getByText('Good.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Your new password is set.').waitFor();
    await page.keyboard.press('Enter');
    await givePassword(page, 'omid@example.com', 'another four words');
    await page.getByRole('grid').waitFor();

    await page.goto(`${server.url}/app/contact`);
    await page.goto(link);
    await page.getByLabel('New password').fill('yet another four words');
    await page.keyboard.press('Enter');
    await page.getByText('This link has been used already').waitFor();
    await inside.page.reload();
    await inside.page.locator('#password').waitFor();
    expect(errors).toEqual([]);
  });

  test('a session elsewhere is ended, and then every one', async () => {
    await makePerson(server, 'lili@example.com', PASSWORD);
    const enter = async (page: Page) => {
      await page.goto(server.url);
      await givePassword(page, 'lili@example.com', PASSWORD);
      await page.getByRole('grid').waitFor();
    };
    await using there = await person();
    await using here = await person();
    await enter(there.page);
    await enter(here.page);
    const { page, errors } = here;
    await page.goto(`${server.url}/app/my-security`);
    await page.getByText('This browser').waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'Chrome on Linux' }).count()).toBe(2);
    await page.getByRole('button', { name: 'Sign out: Chrome on Linux' }).click();
    await page.getByText('Signed out there.').waitFor();
    expect(await page.getByRole('button', { name: 'Sign out: Chrome on Linux' }).count()).toBe(0);
    await there.page.reload();
    await there.page.locator('#password').waitFor();

    await enter(there.page);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.locator('#password').waitFor();
    await there.page.reload();
    await there.page.locator('#password').waitFor();
    expect([...errors, ...there.errors]).toEqual([]);
  });

  test('an API key is made, works while it is in force, and is revoked', async () => {
    await makePerson(server, 'kian@example.com', PASSWORD);
    await using somebody = await person();
    const { page, errors } = somebody;
    const { found, look } = looker(page);
    await page.goto(server.url);
    await givePassword(page, 'kian@example.com', PASSWORD);
    await page.getByRole('grid').waitFor();
    await page.goto(`${server.url}/app/my-security`);
    await page.getByRole('button', { name: 'New API key' }).click();
    await page.keyboard.press('Enter');
    await page.getByText('Fill this in.').waitFor();
    await page.keyboard.type('nightly export');
    await page.getByLabel('Works for').selectOption('30');
    await page.getByLabel('All that I may').uncheck();
    await page.getByLabel('Basic user').check();
    await look('a new key');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('It is shown only now.').waitFor();
    await look('the key');
    const key = (await page.locator('dialog .x-secret').textContent()) ?? '';
    await page.getByRole('button', { name: 'I have kept it' }).click();
    const ask = async () =>
      (await fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${key.trim()}` } })).status;
    expect(await ask()).toBe(200);
    await page.getByText('nightly export').waitFor();
    await look('my security with a key');
    await page.getByRole('button', { name: 'Revoke: nightly export' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The key is revoked.').waitFor();
    expect(await page.getByText('nightly export').count()).toBe(0);
    expect(await ask()).toBe(401);
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('a password is changed, and the new one signs in', async () => {
    await makePerson(server, 'nima@example.com', PASSWORD);
    await using somebody = await person();
    const { page, errors } = somebody;
    await page.goto(server.url);
    await givePassword(page, 'nima@example.com', PASSWORD);
    await page.getByRole('grid').waitFor();
    await page.goto(`${server.url}/app/my-security`);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('nima-1234');
    // The person's own name makes a password easy to guess.
    await page.getByText('Easy to guess').waitFor();
    await page.getByLabel('New password').fill('other words than before');
    await page.keyboard.press('Enter');
    await page.getByText('Your password is changed.').waitFor();
    await page.context().clearCookies();
    await page.goto(server.url);
    await givePassword(page, 'nima@example.com', 'other words than before');
    await page.getByRole('grid').waitFor();
    expect(errors).toEqual([]);
  });

  test('whoever tries too many passwords reads how long to wait', async () => {
    await makePerson(server, 'zal@example.com', PASSWORD);
    await using somebody = await person();
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    await page.goto(server.url);
    await page.locator('#email').fill('zal@example.com');
    for (let tries = 0; tries < 6 && (await page.getByRole('timer').count()) === 0; tries += 1) {
      const answered = page.waitForResponse((response) => response.url().endsWith('/sign-in/email'));
      await page.locator('#password').fill(`wrong password ${tries}`);
      await page.keyboard.press('Enter');
      await answered;
      await page.getByRole('alert').waitFor();
    }
    const timer = page.getByRole('timer');
    await timer.waitFor();
    expect(await page.getByRole('button', { name: 'Sign in', exact: true }).isDisabled()).toBe(true);
    const first = await timer.textContent();
    await expect.poll(() => timer.textContent(), { timeout: 10_000 }).not.toBe(first);
    expect(await timer.textContent()).toMatch(/0:[0-3]\d/);
    expect(errors).toEqual([]);
  });

  test.each([
    { language: 'en', dark: false, width: 1280 },
    { language: 'fa', dark: true, width: 1280 },
    { language: 'fa', dark: true, width: 390 },
  ] as const)('has no barriers: $language, dark: $dark, $width px', async ({ language, dark, width }) => {
    await using somebody = await person({ width, dark, touch: width < 600 });
    const { page, errors } = somebody;
    page.setDefaultTimeout(15_000);
    const { found, look } = looker(page);
    const t = (english: string, persian: string) => (language === 'en' ? english : persian);
    await page.goto(`${server.url}/sign-in#error=PROVIDER_PERSON_UNKNOWN`);
    await page.locator('#password').waitFor();
    if (language === 'fa') await page.getByRole('button', { name: 'فارسی' }).click();
    await page.getByText(t('You are known there', 'شما را آنجا می‌شناسند')).waitFor();
    await look('sign-in, refused by a provider');
    await page.getByRole('button', { name: t('Forgot your password?', 'گذرواژه را فراموش کرده‌اید؟') }).click();
    await look('forgotten password');
    await page.goto(`${server.url}/reset-password#token=none`);
    await page.locator('[id=new-password]').fill('12345678');
    await look('new password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await look('a link that is used');
    await page.getByRole('button', { name: t('To sign-in', 'رفتن به ورود') }).click();
    await page.locator('#password').waitFor();
    await page.locator('#email').fill(ADMIN_EMAIL);
    await page.locator('#password').fill(ADMIN_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('grid').waitFor();
    await speak(page, language);
    await page.goto(`${server.url}/app/my-security`);
    await page.locator('.x-security-list').first().waitFor();
    await look('my security');
    await page.getByRole('button', { name: t('Change password', 'تغییر گذرواژه') }).click();
    await page.locator('[id=new-password]').waitFor();
    await page.keyboard.press('Enter');
    await look('changing the password, with errors');
    await speak(page, 'en');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });
});

test('without mail nobody is offered a link, and a provider that is set up has its button', async () => {
  await using server = await appServer({
    PEYVAND_OIDC_ISSUER: 'http://127.0.0.1:9',
    PEYVAND_OIDC_CLIENT_ID: 'peyvand',
    PEYVAND_OIDC_CLIENT_SECRET: 'a secret of the two',
    PEYVAND_OIDC_TITLE: 'Contoso',
  });
  await using somebody = await person();
  const { page, errors } = somebody;
  await page.goto(`${server.url}/app/contact?sort=-fullname`);
  const link = page.getByRole('link', { name: 'Sign in with Contoso' });
  expect(await link.getAttribute('href')).toBe(
    '/api/auth/sign-in/provider/oidc?returnTo=%2Fapp%2Fcontact%3Fsort%3D-fullname',
  );
  expect(await page.getByRole('button', { name: 'Forgot your password?' }).count()).toBe(0);
  // Nobody listens there: the way back says so in words.
  await link.click();
  await page.getByRole('alert').getByText('does not answer just now').waitFor();
  expect(new URL(page.url()).hash).toBe('');
  await signIn(page, server.url);
  expect(errors).toEqual([]);
});
