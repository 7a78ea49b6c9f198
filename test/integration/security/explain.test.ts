// "Why can I see this, why can't I?" on a real server: each kind of reason, in words, and nothing told that is not the asker's.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Because, Explanation, Missing, Verdict } from '../../../core/security/explain/explain.ts';
import { openOffice, type Office } from '../../support/office.ts';
import { testServer, type InProcessServer } from '../../support/server.ts';

let server: InProcessServer;
let office: Office;
beforeAll(async () => {
  server = await testServer();
  office = await openOffice(server);
});
afterAll(() => server?.stop());

type Single = Omit<Explanation, 'verdicts'> & Verdict;
interface Asked {
  readonly entity?: string;
  readonly record?: string | undefined;
  readonly privilege?: string;
  readonly field?: string;
  readonly user?: string;
  readonly language?: string;
}

const address = (asked: Asked) =>
  `/api/access/explain?${new URLSearchParams(
    Object.entries({ entity: 'account', ...asked }).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )}`;
async function ask(name: string, asked: Asked): Promise<Single> {
  const response = await office.as(name, address(asked));
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return (await response.json()) as Single;
}
const account = (name: string) => office.accounts[name] ?? '';
const texts = (list: readonly (Because | Missing)[]) => list.map(({ text }) => text);
const share = (record: string, user: string, rights: number, more = '') =>
  server.server.database.query(
    `insert into org_default._share (entity, record, principal, principal_type, rights, shared_by, reason, expires_at)
     values ('account', $1, $2, 'systemuser', $3, $4, ${more === '' ? 'null, null' : more})`,
    [record, user, rights, office.member('Omid').id],
  );

describe('why one may', () => {
  test('names the role, the unit and that one owns the record', async () => {
    const said = await ask('Sara', { record: account('Alborz'), privilege: 'read' });
    expect(said).toMatchObject({
      decision: 'yes',
      privilege: 'read',
      entity: 'account',
      self: true,
      user: { name: 'Sara Rad' },
    });
    expect(said.text).toBe('Yes, you may read this Account.');
    expect(said.because[0]).toMatchObject({
      kind: 'role',
      role: 'office_seller',
      roleTitle: 'Branch seller',
      depth: 'unit-and-below',
      unit: { name: 'Tehran' },
      holds: true,
    });
    expect(texts(said.because)[0]).toBe(
      'Role Branch seller reaches the records of unit Tehran and of the units below it, besides the holder’s own; this record is owned by Sara Rad.',
    );
  });
  test('says how far down the units a role reaches', async () => {
    const said = await ask('Sara', { record: account('Bistoon'), privilege: 'read' });
    expect([said.decision, texts(said.because)[0]]).toEqual([
      'yes',
      'Role Branch seller reaches the records of unit Tehran and of the units below it, besides the holder’s own; this record is one of them.',
    ]);
  });
  test('names the team through which a role is held', async () => {
    const said = await ask('Reza', { record: account('Bistoon'), privilege: 'read' });
    expect(said.decision).toBe('yes');
    // Reza may not read teams and units, and is told of neither by name.
    expect(texts(said.because)[0]).toContain('Role Reach, held through a team that you may not see, reaches');
    const told = await (
      await server.request(address({ record: account('Bistoon'), privilege: 'read', user: office.member('Reza').id }))
    ).json();
    expect((told as Single).because[0]).toMatchObject({
      via: { team: { name: 'Northern desk' } },
      unit: { name: 'Tehran North' },
    });
    expect((told as Single).because[0]?.text).toContain(
      'Role Reach, held through team Northern desk, reaches the records of unit Tehran North',
    );
    expect((told as Single).text).toBe('Yes, Reza Rad may read this Account.');
  });
  test('names who shared the record, until when and why', async () => {
    await share(account('Caspian'), office.member('Omid').id, 3, `'For the fair', '2100-01-01T00:00:00Z'`);
    const said = await ask('Omid', { record: account('Caspian'), privilege: 'read' });
    expect(said.decision).toBe('yes');
    expect(said.because.find(({ kind }) => kind === 'share')).toMatchObject({
      holds: true,
      share: {
        principal: { name: 'Omid Rad' },
        rights: ['read', 'write'],
        expiresAt: '2100-01-01T00:00:00Z',
        by: { name: 'Omid Rad' },
        reason: 'For the fair',
      },
    });
    const { decision, because } = await ask('Omid', { record: account('Caspian'), privilege: 'share' });
    expect(decision).toBe('no');
    expect(texts(because)).toContain(
      'This record is not shared with this person or their teams with the right to share.',
    );
    const persian = await ask('Omid', { record: account('Caspian'), privilege: 'read', language: 'fa' });
    expect(persian.because.find(({ kind }) => kind === 'share')?.text).toContain('For the fair');
  });
  test('names the report whose record a manager reads', async () => {
    await server.server.database.query('update org_default.organization set hierarchydepth = 2');
    await server.server.database.query(`select pg_notify('peyvand_principals', 'org_default')`);
    const said = await expectEventually(() => ask('Mina', { record: account('Alborz'), privilege: 'write' }), 'yes');
    expect(said.because.find(({ kind }) => kind === 'hierarchy')).toMatchObject({
      holds: true,
      hierarchy: { level: 'direct', report: { name: 'Sara Rad' } },
      text: 'As manager: Sara Rad reports to this person, and this record is theirs, their team’s or shared with them.',
    });
    const deeper = await ask('Mina', { record: account('Elvand'), privilege: 'read' });
    expect(deeper.because.filter(({ holds }) => holds)).toMatchObject([
      { hierarchy: { level: 'far', report: { name: 'Kian Rad' } } },
    ]);
  });
  test('says that an administrator may everything', async () => {
    const said = (await (await server.request(address({ record: account('Alborz') }))).json()) as Explanation;
    expect(said.verdicts.map(({ decision }) => decision)).toEqual(Array(8).fill('yes'));
    expect(said.verdicts[0]?.because).toMatchObject([{ kind: 'administrator', holds: true }]);
  });
  test('answers for all eight privileges where none is named', async () => {
    const said = (await (await office.as('Sara', address({ record: account('Bistoon') }))).json()) as Explanation;
    expect(Object.fromEntries(said.verdicts.map(({ privilege, decision }) => [privilege, decision]))).toEqual({
      create: 'no',
      read: 'yes',
      write: 'no',
      delete: 'no',
      append: 'no',
      'append-to': 'no',
      assign: 'no',
      share: 'no',
    });
  });
});

/** Announcements travel through the database. */
async function expectEventually(make: () => Promise<Single>, decision: string): Promise<Single> {
  for (let tries = 0; ; tries += 1) {
    const said = await make();
    if (said.decision === decision || tries > 100) {
      expect(said.decision).toBe(decision);
      return said;
    }
  }
}

describe('why one may not', () => {
  test('says which depth of which role would be needed, and that a share would do', async () => {
    const said = await ask('Sara', { record: account('Bistoon'), privilege: 'write' });
    expect([said.decision, said.text]).toEqual(['no', 'No, you may not change this Account.']);
    expect(texts(said.because)[0]).toBe(
      'Role Branch seller reaches the records of unit Tehran, besides the holder’s own; this record belongs to unit Tehran North.',
    );
    expect(texts(said.missing)).toEqual([
      'Role Branch seller would have to reach as far as “unit and below” instead of “business unit”.',
      'As owner of this record, or member of the team that owns it, one would be let in.',
      'Somebody who may share this record could share it with the right to write.',
    ]);
    expect(said.missing[0]).toMatchObject({ kind: 'depth', role: 'office_seller', depth: 'unit-and-below' });
  });
  test('names the rule that denies, and its role', async () => {
    const said = await ask('Sara', { record: account('Damavand'), privilege: 'write' });
    expect(said.decision).toBe('no');
    expect(said.because.filter(({ kind }) => kind === 'deny')).toMatchObject([
      { holds: true, role: 'office_careful', deny: { id: 'vip', title: 'Hands off VIPs', when: 'new_vip' } },
    ]);
    expect(texts(said.missing)).toEqual(['Rule “Hands off VIPs” of role Careful would have to let this record go.']);
    const other = await ask('Sara', { record: account('Alborz'), privilege: 'write' });
    expect(other.decision).toBe('yes');
    expect(other.because.at(-1)?.text).toBe(
      'Rule “Hands off VIPs” of role Careful takes it away where “new_vip” holds; it does not hold for this record.',
    );
  });
  test('says that a role is missing where none grants the privilege; which ones would do is for those who manage users', async () => {
    const said = await ask('Reza', { privilege: 'write' });
    expect([said.decision, said.rows, said.text]).toEqual(['no', 'none', 'No, you may not change Accounts.']);
    expect(texts(said.missing)).toEqual(['A role that grants “write” on Accounts is missing.']);
    const told = await ask('Pari', { privilege: 'write', user: office.member('Reza').id });
    expect(told.missing[0]?.candidates).toContain('basic-user');
    expect(texts(told.missing)[0]).toContain('Basic user');
  });
  test('speaks Persian to whoever reads Persian', async () => {
    const said = await ask('Sara', { record: account('Bistoon'), privilege: 'write', language: 'fa' });
    expect(said.text).toMatch(/^خیر، شما اجازهٔ تغییر این .+ را ندارید\.$/);
    expect(said.because[0]?.text).toContain('نقش \u2068Branch seller\u2069');
    expect([said.text, ...texts(said.because), ...texts(said.missing)].join(' ')).not.toMatch(/[{}]/);
  });
});

describe('without a record', () => {
  test('it is about the entity: on which rows', async () => {
    expect(await ask('Sara', { privilege: 'read' })).toMatchObject({
      decision: 'yes',
      rows: 'some',
      text: 'Yes, you may read some Accounts.',
    });
    expect(await ask('Sara', { entity: 'team', privilege: 'read' })).toMatchObject({ decision: 'yes', rows: 'all' });
  });
  test('a union is answered by its members', async () => {
    const said = (await (
      await server.request(address({ entity: 'activitypointer', privilege: 'read' }))
    ).json()) as Single;
    expect(said.members?.map(({ entity }) => entity)).toContain('task');
  });
  test('a record of a union is one of its member', async () => {
    const made = await server.request('/api/data/v9.2/tasks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ subject: 'Call back' }),
    });
    const id = /\(([^)]+)\)$/.exec(made.headers.get('odata-entityid') ?? '')?.[1];
    const said = await (
      await server.request(address({ entity: 'activitypointer', record: id, privilege: 'write' }))
    ).json();
    expect(said).toMatchObject({ decision: 'yes', entity: 'activitypointer', member: 'task' });
  });
});

describe('a secured field', () => {
  test('is explained by the profiles that let it through', async () => {
    const said = await ask('Lale', { record: account('Bistoon'), privilege: 'read', field: 'new_limit' });
    expect(said).toMatchObject({
      decision: 'yes',
      text: 'Yes, you may read Limit of this Account.',
      field: { secured: true, read: 'full', update: true, profiles: [{ id: 'office_limits', title: 'Limits' }] },
    });
  });
  test('is refused where no profile does, whatever the row', async () => {
    const said = await ask('Omid', { record: account('Bistoon'), privilege: 'read', field: 'new_limit' });
    expect(said).toMatchObject({ decision: 'no', field: { secured: true, read: 'none', profiles: [] } });
    expect(texts(said.missing)).toEqual(['A field profile that lets its holders read Limit is missing.']);
    expect(await ask('Omid', { record: account('Bistoon'), privilege: 'read', field: 'name' })).toMatchObject({
      decision: 'yes',
      field: { secured: false },
    });
  });
  test('does not show through the outcome of a condition that reads it', async () => {
    const conditional = 'office_lender';
    await server.server.database.query(
      `insert into org_default."systemuserroles_association" select ${await columnsFor()}`,
      [office.member('Omid').id, conditional],
    );
    await server.server.database.query(`select pg_notify('peyvand_principals', 'org_default')`);
    for (let tries = 0; tries < 100; tries += 1) {
      const said = await ask('Omid', { record: account('Bistoon'), privilege: 'read' });
      const lender = said.because.find(({ role }) => role === conditional);
      if (!lender) continue;
      expect('holds' in lender).toBe(false);
      expect(lender.text).toContain('whether it holds here is not told');
      // Who may read the field is told.
      const told = await ask('Lale', { record: account('Bistoon'), privilege: 'read' });
      expect(told.because.find(({ role }) => role === conditional)).toMatchObject({ holds: true });
      return;
    }
    throw new Error('the role never arrived');
  });
});

/** The association's columns, in the order in which they stand, from a user and a role document. */
async function columnsFor(): Promise<string> {
  const rows = await server.server.database.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_schema = 'org_default'
       and table_name = 'systemuserroles_association' order by ordinal_position`,
  );
  const of: Readonly<Record<string, string>> = {
    systemuserid: '$1::uuid',
    roleid: '(select roleid from org_default.role where document = $2)',
  };
  return rows.map(({ name }) => of[name] ?? 'default').join(', ');
}

describe('nothing is told that is not the asker’s', () => {
  const nowhere = '00000000-0000-4000-8000-00000000abcd';
  test('about oneself, a record out of reach and one that is not there are answered alike, byte by byte', async () => {
    for (const name of ['Nima', 'Reza', 'Vida'])
      for (const asked of [{}, { privilege: 'read' }, { privilege: 'write', field: 'name' }]) {
        const hidden = await office.as(name, address({ ...asked, record: account('Damavand') }));
        const absent = await office.as(name, address({ ...asked, record: nowhere }));
        const [one, two] = [await hidden.text(), await absent.text()];
        expect(one.replaceAll(account('Damavand'), nowhere)).toBe(two);
        expect(one).toContain('There is no such record, or it is out of reach.');
        expect(one).not.toMatch(/Sara|Tehran(?! North)|Damavand/);
      }
  });
  test('about others only those who manage users may ask', async () => {
    const refused = await office.as('Sara', address({ user: office.member('Omid').id }));
    expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([
      403,
      'RIGHT_MISSING',
    ]);
    expect(await ask('Pari', { user: office.member('Omid').id, privilege: 'read' })).toMatchObject({
      decision: 'yes',
      self: false,
    });
  });
  test('about others, nobody learns of records that they may not read themselves', async () => {
    const user = office.member('Sara').id;
    const hidden = await office.as('Pari', address({ user, record: account('Alborz') }));
    const absent = await office.as('Pari', address({ user, record: nowhere }));
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect((await hidden.text()).replaceAll(account('Alborz'), nowhere)).toBe(await absent.text());
  });
  test('unknown and disabled users are not there', async () => {
    const response = await office.as('Pari', address({ user: nowhere }));
    expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([
      404,
      'USER_UNKNOWN',
    ]);
  });
});

test('what is wrong with a question is said all at once', async () => {
  const response = await office.as('Sara', address({ entity: 'acount', record: 'x', privilege: 'look', user: 'y' }));
  const { error } = (await response.json()) as {
    error: { code: string; details: { target: string; message: string }[] };
  };
  expect([response.status, error.code]).toEqual([400, 'EXPLAIN_INVALID']);
  expect(error.details.map(({ target }) => target)).toEqual(['entity', 'privilege', 'record', 'user']);
  expect(error.details[0]?.message).toContain('account');
  const unknown = await office.as('Sara', '/api/access/explain?entity=account&who=me');
  expect(unknown.status).toBe(400);
  const method = await office.as('Sara', '/api/access/explain?entity=account', { method: 'DELETE' });
  expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET']);
});
