// Secured fields as a person meets them: masked, only to be read, only for new records, and not there at all.
import { expect, test, beforeAll, afterAll, describe } from 'vitest';
import { layerOf } from '../../core/model/read-layer.ts';
import { createUser, followModel } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { hashPassword } from '../../runtime/server/auth/sessions.ts';
import type { InProcessServer } from '../support/server.ts';
import { appServer, barriers, person, speak } from './browser.ts';

const EMAIL = 'clerk@example.com';
const PASSWORD = 'a clerk’s long password';
const BASE = '/api/data/v9.2';

const text = (title: string): JsonObject => ({
  title,
  type: 'string',
  maxLength: 40,
  field: { type: 'text', secured: true },
});

const documents: Readonly<Record<string, JsonObject>> = {
  'contact/entity': {
    overlays: 'base@1.0.0:contact/entity',
    properties: {
      new_nationalid: text('National ID'),
      new_salary: { title: 'Salary', type: 'number', field: { type: 'decimal', secured: true } },
      new_grade: text('Grade'),
      new_intake: text('Intake note'),
    },
  },
  'contact/forms/main': {
    overlays: 'base@1.0.0:contact/forms/main',
    tabs: [
      {
        id: 'summary',
        columns: [
          {
            id: 'facts',
            sections: [
              {
                id: 'person',
                items: ['new_nationalid', 'new_salary', 'new_grade', 'new_intake'].map((id) => ({ id })),
              },
            ],
          },
        ],
      },
    ],
  },
  'contact/views/active': {
    overlays: 'base@1.0.0:contact/views/active',
    columns: [
      { id: 'new_nationalid', after: 'fullname', width: 140 },
      { id: 'new_salary', after: 'fullname', width: 120 },
    ],
  },
  'profiles/new_clerk': {
    title: 'Clerk',
    fields: {
      contact: {
        new_nationalid: { read: true, mask: { last: 4 }, update: true },
        new_grade: { read: true },
        new_intake: { create: true },
      },
    },
  },
  'locales/fa': {
    title: 'فارسی',
    direction: 'rtl',
    texts: {
      'contact/entity#properties/new_nationalid/title': 'کد ملی',
      'contact/entity#properties/new_salary/title': 'حقوق',
      'contact/entity#properties/new_grade/title': 'رتبه',
      'contact/entity#properties/new_intake/title': 'یادداشت پذیرش',
      'profiles/new_clerk#title': 'کارمند',
    },
  },
};

let server: InProcessServer;
let contact: string;

beforeAll(async () => {
  server = await appServer();
  const { organization, database } = server.server;
  const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, documents);
  expect(problems).toEqual([]);
  await organization.publish(layer);
  const engine = organization.current();
  await followModel(engine);
  const passwordHash = await hashPassword(PASSWORD);
  const userId = await database.transaction((executor) =>
    createUser(
      { engine, principal: systemPrincipal, executor, requestId: 'test' },
      { firstName: 'Cla', lastName: 'Erk', email: EMAIL, roles: ['basic-user'], passwordHash },
    ),
  );
  const post = (path: string, body: object) =>
    server.request(`${BASE}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'return=representation' },
      body: JSON.stringify(body),
    });
  const found = await server.request(`${BASE}/fieldsecurityprofiles?$filter=document eq 'new_clerk'`);
  const { value } = (await found.json()) as { value: readonly Readonly<Record<string, string>>[] };
  const linked = await post(`systemusers(${userId})/systemuserprofiles_association/$ref`, {
    '@odata.id': `${server.url}${BASE}/fieldsecurityprofiles(${value[0]?.['fieldsecurityprofileid']})`,
  });
  expect(linked.status).toBe(204);
  const made = await post('contacts', {
    firstname: 'Mina',
    lastname: 'Rad',
    new_nationalid: '0012345678',
    new_salary: 4200,
    new_grade: 'G-7',
    new_intake: 'SECRET NOTE',
  });
  contact = String(((await made.json()) as Readonly<Record<string, unknown>>)['contactid']);
});
afterAll(() => server?.stop());

const words = {
  en: { nationalId: 'National ID', salary: 'Salary', grade: 'Grade', intake: 'Intake note', part: 'Only a part' },
  fa: { nationalId: 'کد ملی', salary: 'حقوق', grade: 'رتبه', intake: 'یادداشت پذیرش', part: 'فقط بخشی' },
} as const;

describe.each(['en', 'fa'] as const)('a clerk with a field profile, in %s', (language) => {
  test('sees masks in list and form, what is granted and nothing else, and saves beside it', async () => {
    const say = words[language];
    await using clerk = await person();
    const { page, errors } = clerk;
    page.setDefaultTimeout(15_000);
    await page.goto(server.url);
    const status = await page.evaluate(
      async ([email, password]) => {
        const response = await fetch('/api/auth/sign-in/email', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password }),
        });
        return response.status;
      },
      [EMAIL, PASSWORD],
    );
    expect(status).toBe(200);
    await speak(page, language);

    await page.goto(`${server.url}/app/contact/active`);
    const row = page.getByRole('row').filter({ hasText: 'Mina' });
    await row.waitFor();
    expect(await row.textContent()).toContain('••••5678');
    expect(await page.getByRole('columnheader').allTextContents()).not.toContainEqual(
      expect.stringContaining(say.salary),
    );
    const head = page.getByRole('columnheader').filter({ hasText: say.nationalId });
    expect(await head.locator('.x-grid-sort').isDisabled()).toBe(true);
    expect(await barriers(page)).toEqual([]);

    await page.goto(`${server.url}/app/contact/record/${contact}`);
    const lock = page.locator('#f-new_nationalid.x-field-lock');
    await lock.waitFor();
    expect(await page.locator('#f-new_nationalid-text').textContent()).toContain('••••5678');
    expect(await lock.getAttribute('data-tip')).toContain(say.part);
    expect(await barriers(page)).toEqual([]);
    await lock.focus();
    await page.getByText(say.part).waitFor();
    expect(await page.locator('#f-new_grade.x-field-lock').count()).toBe(1);
    expect(await page.locator('#f-new_grade-text').textContent()).toContain('G-7');
    for (const hidden of ['new_salary', 'new_intake']) expect(await page.locator(`#f-${hidden}`).count()).toBe(0);
    expect(await page.content()).not.toContain('SECRET NOTE');

    await page.locator('#f-jobtitle').focus();
    await page.locator('input#f-jobtitle').fill(`Nurse ${language}`);
    await page.keyboard.press('Control+s');
    await expect
      .poll(async () => {
        const stored = await server.request(`${BASE}/contacts(${contact})?$select=jobtitle,new_nationalid,new_intake`);
        const { jobtitle, new_nationalid: id, new_intake: note } = (await stored.json()) as Record<string, unknown>;
        return { jobtitle, id, note };
      })
      .toEqual({ jobtitle: `Nurse ${language}`, id: '0012345678', note: 'SECRET NOTE' });

    await page.goto(`${server.url}/app/contact/new`);
    await page.locator('#f-new_intake').waitFor();
    for (const hidden of ['new_salary', 'new_nationalid', 'new_grade'])
      expect(await page.locator(`#f-${hidden}`).count()).toBe(0);
    await page.locator('#f-lastname').fill(`Intake ${language}`);
    await page.locator('#f-new_intake').fill('taken in');
    await page.keyboard.press('Control+s');
    await page.locator('#f-new_nationalid.x-field-lock').waitFor();
    expect(await page.locator('#f-new_intake').count()).toBe(0);
    const made = await server.request(
      `${BASE}/contacts?$select=new_intake&$filter=lastname eq '${encodeURIComponent(`Intake ${language}`)}'`,
    );
    expect(await made.text()).toContain('"new_intake":"taken in"');
    expect(errors).toEqual([]);
  });
});
