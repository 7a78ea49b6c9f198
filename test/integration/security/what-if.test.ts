// "What if?" on a real server: who would gain and lose what, counted, told in people's names, and nothing changed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WhatIf } from '../../../core/security/explain/what-if.ts';
import { officeDocuments, openOffice, type Office } from '../../support/office.ts';
import { testServer, type InProcessServer } from '../../support/server.ts';

let server: InProcessServer;
let office: Office;
beforeAll(async () => {
  server = await testServer();
  office = await openOffice(server);
});
afterAll(() => server?.stop());

const send = (body: unknown, name?: string) => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return name === undefined
    ? server.request('/api/access/what-if', init)
    : office.as(name, '/api/access/what-if', init);
};
async function ask(body: unknown): Promise<WhatIf> {
  const response = await send(body);
  const said: unknown = await response.json();
  expect([response.status, said]).toEqual([200, expect.anything()]);
  return said as WhatIf;
}
const on = (said: WhatIf, entity: string, privilege: string) =>
  said.entities.find((one) => one.entity === entity)?.privileges.find((one) => one.privilege === privilege);
const seller = officeDocuments['roles/office_seller'] ?? {};
const privileges = seller['privileges'] as Readonly<Record<string, Readonly<Record<string, string>>>>;
const withAccount = (change: object) => ({
  ...seller,
  privileges: { ...privileges, account: { ...privileges['account'], ...change } },
});

describe('a role with another document', () => {
  test('says who gains which rows', async () => {
    const said = await ask({ role: 'office_seller', document: withAccount({ read: 'organization' }) });
    expect(said.users).toEqual({ affected: 3, examined: 3 });
    const read = on(said, 'account', 'read');
    expect([read?.gaining, read?.losing]).toEqual([3, 0]);
    expect(
      read?.people.map(({ user, before, after, gains, loses }) => [user.name, before, after, gains?.rows, loses?.rows]),
    ).toEqual([
      ['Kian Rad', 'some', 'all', 3, 0],
      ['Omid Rad', 'some', 'all', 3, 0],
      ['Sara Rad', 'some', 'all', 1, 0],
    ]);
    expect(said.entities.map(({ entity }) => entity)).toEqual(['account']);
    expect(said.counted).toBe(true);
  });
  test('says who loses which rows, with a condition too', async () => {
    const said = await ask({
      role: 'office_seller',
      document: withAccount({ read: { depth: 'unit', when: 'new_vip = false or new_vip = null' } }),
    });
    expect(on(said, 'account', 'read')?.people.find(({ user }) => user.name === 'Sara Rad')).toMatchObject({
      gains: { rows: 0, more: false },
      loses: { rows: 3, more: false },
    });
  });
  test('says which rights come and go', async () => {
    const said = await ask({
      role: 'office_looker',
      document: { ...officeDocuments['roles/office_looker'], rights: ['audit'] },
    });
    expect(said.rights).toMatchObject([
      { right: 'audit', gaining: [{ name: 'Vida Rad' }], losing: [] },
      { right: 'view-as', gaining: [], losing: [{ name: 'Vida Rad' }] },
    ]);
  });
  test('that could not be published is refused with the same words as publishing it', async () => {
    const bad = {
      title: 'Bad',
      privileges: {
        acount: 'own',
        account: { read: { depth: 'own', when: 'colour = 1' } },
        team: 'own',
        contact: { look: 'own' },
      },
    };
    const response = await send({ role: 'office_seller', document: bad });
    const { error } = (await response.json()) as { error: { code: string; details: { target: string }[] } };
    expect([response.status, error.code]).toEqual([422, 'MODEL_INVALID']);
    expect(error.details.length).toBeGreaterThan(0);
    const names = await send({
      role: 'office_seller',
      document: {
        title: 'Bad',
        privileges: { acount: 'own', account: { read: { depth: 'own', when: 'colour = 1' } }, team: 'own' },
      },
    });
    const said = (await names.json()) as { error: { message: string; details: unknown[] } };
    expect([names.status, said.error.details.length]).toEqual([422, 3]);
    expect(said.error.message).toContain('account has no field "colour"');
  });
});

test('a role that is taken away altogether', async () => {
  const said = await ask({ role: 'office_reach', remove: true });
  expect(said.users.affected).toBe(1);
  expect(on(said, 'account', 'read')?.people).toMatchObject([
    { user: { name: 'Reza Rad' }, before: 'some', after: 'none', gains: { rows: 0 }, loses: { rows: 3 } },
  ]);
});

test('a user who is given one role and loses another', async () => {
  const said = await ask({
    user: office.member('Sara').id,
    give: ['office_lender'],
    take: ['office_seller', 'office_careful'],
  });
  expect(said.users).toEqual({ affected: 1, examined: 1 });
  expect(on(said, 'account', 'write')).toMatchObject({ gaining: 0, losing: 1 });
  // Bistoon is kept for its limit; Alborz, Damavand and Elvand are lost.
  expect(on(said, 'account', 'read')?.people).toMatchObject([{ gains: { rows: 0 }, loses: { rows: 3 } }]);
});

test('a team that is given a role reaches rows in the team’s unit', async () => {
  const said = await ask({ team: office.teams['Northern desk'] ?? '', give: ['office_seller'] });
  expect(on(said, 'account', 'write')?.people).toMatchObject([
    { user: { name: 'Reza Rad' }, before: 'none', after: 'some', gains: { rows: 3 }, loses: { rows: 0 } },
  ]);
});

test('a field profile with another document says who gains and loses which field', async () => {
  const said = await ask({
    profile: 'office_limits',
    document: { title: 'Limits', fields: { account: { new_limit: { read: true } } } },
  });
  expect(said.fields).toMatchObject([
    {
      entity: 'account',
      field: 'new_limit',
      title: 'Limit',
      right: 'create',
      losing: [{ name: 'Lale Rad' }],
      gaining: [],
    },
    { right: 'update', losing: [{ name: 'Lale Rad' }] },
  ]);
});

describe('nothing', () => {
  test('is told to those who do not manage users', async () => {
    const response = await send({ role: 'office_seller', remove: true }, 'Sara');
    expect(response.status).toBe(403);
  });
  test('is counted that the asker may not read: rows out of reach, conditions on secured fields', async () => {
    const wide = await send({ role: 'office_seller', document: withAccount({ read: 'organization' }) }, 'Pari');
    const said = (await wide.json()) as WhatIf;
    expect(on(said, 'account', 'read')?.people.map(({ gains }) => gains?.rows)).toEqual([0, 0, 0]);
    const probe = await send(
      { role: 'office_seller', document: withAccount({ read: { depth: 'organization', when: 'new_limit > 4000' } }) },
      'Pari',
    );
    const probed = (await probe.json()) as WhatIf;
    expect(probed.counted).toBe(false);
    expect(on(probed, 'account', 'read')?.people.every(({ gains, loses }) => gains === null && loses === null)).toBe(
      true,
    );
  });
  test('is changed', async () => {
    const state = () =>
      server.server.database.query<{ audit: string; roles: string }>(
        `select (select count(*) from org_default._audit) as audit, (select count(*) from org_default.systemuserroles_association) as roles`,
      );
    const before = await state();
    await ask({ user: office.member('Sara').id, take: ['office_seller'] });
    await ask({ role: 'office_seller', remove: true });
    expect([...(await state())]).toEqual([...before]);
    expect(server.server.organization.current().model.roles.has('office_seller')).toBe(true);
  });
});

test('what is wrong with a change is said all at once', async () => {
  const refused = async (body: unknown) => {
    const response = await send(body);
    const { error } = (await response.json()) as { error: { code: string; details?: { target: string }[] } };
    return [response.status, error.code, error.details?.map(({ target }) => target)];
  };
  expect(await refused({})).toEqual([400, 'CHANGE_INVALID', ['']]);
  expect(await refused({ role: 'x', user: 'y' })).toEqual([400, 'CHANGE_INVALID', ['role,user']]);
  expect(await refused({ role: 'gone', remove: true, give: [] })).toEqual([400, 'CHANGE_INVALID', ['give', 'role']]);
  expect(await refused({ user: 'x', give: ['gone'], take: 7 })).toEqual([
    400,
    'CHANGE_INVALID',
    ['user', 'give', 'take'],
  ]);
  expect(await refused({ user: '00000000-0000-4000-8000-00000000abcd', give: [] })).toEqual([
    404,
    'USER_UNKNOWN',
    undefined,
  ]);
  expect(await refused({ team: '00000000-0000-4000-8000-00000000abcd', give: [] })).toEqual([
    404,
    'TEAM_UNKNOWN',
    undefined,
  ]);
});
