// Sharing over real HTTP: as clients of the Dataverse Web API do it, and as our own app does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const CRM = 'Microsoft.Dynamics.CRM';

let server: InProcessServer;
const keys = { ada: '', bob: '' };
const ids = { ada: '', bob: '' };

beforeAll(async () => {
  server = await testServer();
  for (const name of ['ada', 'bob'] as const) {
    ({ id: ids[name], key: keys[name] } = await newcomer(server.server, name, ['basic-user']));
  }
});
afterAll(() => server.stop());

async function as(who: 'ada' | 'bob', method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as unknown };
}

async function account(): Promise<string> {
  const made = await as('ada', 'POST', `${BASE}/accounts`, { name: 'Ada’s' });
  expect(made.status, made.text).toBe(204);
  return /\(([^)]+)\)$/.exec(made.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

const target = (id: string) => ({ accountid: id, '@odata.type': `${CRM}.account` });
const bob = () => ({ systemuserid: ids.bob, '@odata.type': `${CRM}.systemuser` });
const grant = (id: string, mask: string, more = {}) => ({
  Target: target(id),
  PrincipalAccess: { Principal: bob(), AccessMask: mask, ...more },
});

test('GrantAccess, ModifyAccess and RevokeAccess share a row as their clients expect', async () => {
  const id = await account();
  const rights = async () => {
    const asked = encodeURIComponent(JSON.stringify({ '@odata.id': `accounts(${id})` }));
    const path = `${BASE}/systemusers(${ids.bob})/${CRM}.RetrievePrincipalAccess(Target=@t)?@t=${asked}`;
    return (await as('bob', 'GET', path)).json() as { AccessRights: string };
  };
  const before = await rights();
  expect((await as('ada', 'POST', `${BASE}/GrantAccess`, grant(id, 'ReadAccess'))).status).toBe(204);
  expect((await as('ada', 'POST', `${BASE}/GrantAccess`, grant(id, 'DeleteAccess'))).status).toBe(204);
  expect((await rights()).AccessRights).toContain('DeleteAccess');
  expect((await as('bob', 'GET', `${BASE}/accounts(${id})/DeletePreview()`)).status).toBe(200);
  expect((await as('ada', 'POST', `${BASE}/ModifyAccess`, grant(id, 'ReadAccess', { Reason: 'x' }))).status).toBe(204);
  const asked = encodeURIComponent(JSON.stringify({ '@odata.id': `accounts(${id})` }));
  const listed = await as('ada', 'GET', `${BASE}/RetrieveSharedPrincipalsAndAccess(Target=@t)?@t=${asked}`);
  expect(listed.json()).toMatchObject({
    PrincipalAccesses: [
      { AccessMask: 'ReadAccess', Principal: { '@odata.type': `#${CRM}.systemuser`, systemuserid: ids.bob } },
    ],
  });
  expect((await as('bob', 'DELETE', `${BASE}/accounts(${id})`)).status).toBe(403);
  const revoke = { Target: target(id), Revokee: bob() };
  expect((await as('ada', 'POST', `${BASE}/RevokeAccess`, revoke)).status).toBe(204);
  expect(await rights()).toEqual(before);
});

test('the app lists, sets and ends shares of a row', async () => {
  const id = await account();
  const shares = `/api/access/shares/account/${id}`;
  const expiresAt = '2999-12-31T00:00:00.000Z';
  const put = await as('ada', 'PUT', `${shares}/${ids.bob}`, { rights: ['read', 'write'], expiresAt, reason: 'Leave' });
  expect(put.status, put.text).toBe(200);
  expect(put.json()).toEqual({ rights: ['read', 'write'], ineffective: [] });
  expect((await as('ada', 'GET', shares)).json()).toMatchObject({
    shares: [
      { principal: { id: ids.bob, entity: 'systemuser' }, rights: ['read', 'write'], expiresAt, reason: 'Leave' },
    ],
    may: { share: true },
  });
  expect((await as('bob', 'GET', shares)).json()).toMatchObject({ may: { share: false, rights: [] } });
  expect((await as('ada', 'DELETE', `${shares}/${ids.bob}`)).status).toBe(204);
  expect((await as('ada', 'GET', shares)).json()).toMatchObject({ shares: [] });
});

test('what is not right about a share is said, and never ends in a 500', async () => {
  const id = await account();
  const shares = `/api/access/shares/account/${id}/${ids.bob}`;
  for (const body of [
    {},
    { rights: 'read' },
    { rights: ['fly'] },
    { rights: ['read'], expiresAt: 7 },
    { rights: [] },
  ]) {
    expect((await as('ada', 'PUT', shares, body)).status).toBe(400);
  }
  for (const path of [`nothing/${id}/${ids.bob}`, `account/${id}x/y`, `account/${id}/x`, `team/${id}/${ids.bob}`]) {
    const { status } = await as('ada', 'PUT', `/api/access/shares/${path}`, { rights: ['read'] });
    expect([400, 404]).toContain(status);
  }
  for (const body of [
    {},
    { Target: 7 },
    { Target: target('x'), PrincipalAccess: {} },
    { ...grant(id, 'Everything') },
    { Target: target(id), PrincipalAccess: { Principal: target(id), AccessMask: 'ReadAccess' } },
    { Target: { '@odata.id': '/nothing(1)' }, PrincipalAccess: { Principal: bob(), AccessMask: 'ReadAccess' } },
  ]) {
    for (const action of ['GrantAccess', 'ModifyAccess', 'RevokeAccess']) {
      expect((await as('ada', 'POST', `${BASE}/${action}`, body)).status).toBe(400);
    }
  }
  expect((await as('ada', 'GET', `${BASE}/GrantAccess`)).status).toBe(405);
  expect((await as('ada', 'GET', `${BASE}/RetrieveSharedPrincipalsAndAccess(Target=@t)`)).status).toBe(400);
});
