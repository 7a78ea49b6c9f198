// Seeing with somebody else's eyes: what they would be shown, nothing more, and nothing changed; written down once for each look.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOffice, type Office } from '../../support/office.ts';
import { testServer, type InProcessServer } from '../../support/server.ts';

let server: InProcessServer;
let office: Office;
beforeAll(async () => {
  server = await testServer();
  office = await openOffice(server);
});
afterAll(() => server?.stop());

const eyesOf = (name: string) => ({ 'Peyvand-View-As': office.member(name).id });
const LIST = '/api/data/v9.2/accounts?$select=name&$orderby=name';
async function names(response: Response): Promise<readonly string[]> {
  expect(response.status).toBe(200);
  const { value } = (await response.json()) as { value: { name: string }[] };
  return value.map(({ name }) => name);
}
async function refusal(response: Response): Promise<readonly [number, string]> {
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
}

describe('an administrator sees', () => {
  test('the rows that the other sees, and no others', async () => {
    expect(await names(await server.request(LIST))).toHaveLength(5);
    const theirs = await names(await office.as('Sara', LIST));
    expect(theirs).toEqual(['Alborz', 'Bistoon', 'Damavand', 'Elvand']);
    expect(await names(await server.request(LIST, { headers: eyesOf('Sara') }))).toEqual(theirs);
  });
  test('fields, counts and metadata as the other does', async () => {
    const path = `/api/data/v9.2/accounts(${office.accounts['Bistoon']})?$select=new_limit`;
    const limit = async (headers = {}) =>
      ((await (await server.request(path, { headers })).json()) as { new_limit: unknown }).new_limit;
    expect([await limit(), await limit(eyesOf('Sara'))]).toEqual([5000, null]);
    const me = (await (await server.request('/api/me', { headers: eyesOf('Sara') })).json()) as {
      name: string;
      administrator: boolean;
    };
    expect(me).toMatchObject({ name: 'Sara Rad', administrator: false });
    const app = await (await server.request('/api/metadata/app', { headers: eyesOf('Reza') })).text();
    expect(app).toBe(await (await office.as('Reza', '/api/metadata/app')).text());
  });
  test('why the other may or may not', async () => {
    const said = await server.request('/api/access/explain?entity=account&privilege=read', { headers: eyesOf('Sara') });
    expect(await said.json()).toMatchObject({ self: true, user: { name: 'Sara Rad' }, rows: 'some' });
  });
});

describe('caches do not mix what two people see', () => {
  test('answers with other eyes are kept nowhere, and metadata has a tag of its own', async () => {
    const [own, theirs] = await Promise.all(
      [{}, eyesOf('Reza')].map((headers) => server.request('/api/metadata/app', { headers })),
    );
    expect(own?.headers.get('vary')).toContain('Peyvand-View-As');
    expect(theirs?.headers.get('cache-control')).toBe('no-store');
    expect(theirs?.headers.get('etag')).not.toBe(own?.headers.get('etag'));
    const again = await server.request('/api/metadata/app', {
      headers: { ...eyesOf('Reza'), 'If-None-Match': own?.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(200);
  });
});

describe('refused is', () => {
  test('every change, before anything is read of it', async () => {
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'])
      expect(
        await refusal(
          await server.request(`/api/data/v9.2/accounts(${office.accounts['Alborz']})`, {
            method,
            headers: { ...eyesOf('Sara'), 'content-type': 'application/json' },
            ...(method !== 'DELETE' && { body: '{"name":"x"}' }),
          }),
        ),
      ).toEqual([403, 'VIEW_AS_READ_ONLY']);
    expect(
      await refusal(
        await server.request('/api/access/what-if', {
          method: 'POST',
          headers: { ...eyesOf('Pari'), 'content-type': 'application/json' },
          body: '{}',
        }),
      ),
    ).toEqual([403, 'VIEW_AS_READ_ONLY']);
    expect(await names(await office.as('Sara', LIST))).toContain('Alborz');
  });
  test('what is about the caller alone, however the address is written', async () => {
    for (const path of ['/api/auth/sessions', '/api/admin/users', '/api/setup', '/api/%61uth/sessions', '/api/%73etup'])
      expect([path, await refusal(await server.request(path, { headers: eyesOf('Sara') }))]).toEqual([
        path,
        [403, 'VIEW_AS_OWN'],
      ]);
  });
  test('the header of anybody without the right view-as', async () => {
    expect(await refusal(await office.as('Sara', LIST, { headers: eyesOf('Omid') }))).toEqual([403, 'RIGHT_MISSING']);
    expect(await names(await office.as('Vida', LIST, { headers: eyesOf('Omid') }))).toEqual(['Bistoon', 'Elvand']);
  });
  test('more than one has: an administrator is looked at by administrators only', async () => {
    const rows = await server.server.database.query<{ id: string }>(
      `select systemuserid as id from org_default.systemuser where internalemailaddress = 'admin@example.com'`,
    );
    const headers = { 'Peyvand-View-As': rows[0]?.id ?? '' };
    expect(await refusal(await office.as('Vida', LIST, { headers }))).toEqual([403, 'VIEW_AS_ADMINISTRATOR']);
    expect((await server.request(LIST, { headers })).status).toBe(200);
  });
  test('nobody, a disabled user, and what is no id', async () => {
    const nobody = { 'Peyvand-View-As': '00000000-0000-4000-8000-00000000abcd' };
    expect(await refusal(await server.request(LIST, { headers: nobody }))).toEqual([404, 'VIEW_AS_UNKNOWN']);
    expect(await refusal(await server.request(LIST, { headers: { 'Peyvand-View-As': "x' or 1=1" } }))).toEqual([
      400,
      'HEADER_INVALID',
    ]);
    const { id } = office.member('Nima');
    expect((await server.request(LIST, { headers: eyesOf('Nima') })).status).toBe(200);
    const disabled = await server.request(`/api/data/v9.2/systemusers(${id})`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: '{"isdisabled":true}',
    });
    expect(disabled.status).toBe(204);
    for (let tries = 0; tries < 100; tries += 1) {
      const response = await server.request(LIST, { headers: eyesOf('Nima') });
      if (response.status === 200) continue;
      expect(await refusal(response)).toEqual([404, 'VIEW_AS_UNKNOWN']);
      return;
    }
    throw new Error('a disabled user could still be viewed as');
  });
});

test('each look is in the audit log once, however many requests it takes', async () => {
  const looks = () =>
    server.server.database.query<{ record: string; via: string }>(
      `select record, via from org_default._audit where action = 'view-as' and record = $1`,
      [office.member('Omid').id],
    );
  const before = (await looks()).length;
  await Promise.all(Array.from({ length: 10 }, () => server.request(LIST, { headers: eyesOf('Omid') })));
  await server.request(LIST, { headers: eyesOf('Omid') });
  const after = await looks();
  expect(after.length - before).toBe(1);
  expect(after.at(-1)?.via).toContain('api-key');
});
